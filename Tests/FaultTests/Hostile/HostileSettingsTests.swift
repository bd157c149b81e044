import Glibc
import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// Settings files that no user would write by hand.
@Suite(.timeLimit(.minutes(20)))
struct HostileSettingsTests {
  private static let good = """
    apiVersion: v1
    kind: Config
    current-context: work
    clusters:
    - name: c
      cluster:
        server: https://10.0.0.1:6443
        certificate-authority-data: LS0tLS1CRUdJTg==
        proxy-url: http://user:word@proxy:3128
        extensions:
        - name: client.authentication.k8s.io/exec
          extension: {audience: x, deep: [1, 2.5, null]}
    contexts:
    - {name: work, context: {cluster: c, user: u, namespace: n}}
    - {name: play, context: &p {cluster: c, user: v}}
    - name: third
      context:
        <<: *p
        user: w
    users:
    - name: u
      user: {client-certificate-data: Q0E=, client-key-data: S0VZ, as: someone, as-groups: [a, b], as-user-extra: {k: [v]}}
    - name: v
      user:
        exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [a], env: [{name: A, value: b}], interactiveMode: Never}
    - name: w
      user: {username: me, password: "0644"}

    """

  @Test func noKubeconfigIsTooBroken() async throws {
    for seed in Seeds.some(600) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      let text = mutation.damaged(Array(Self.good.utf8))
      for context in ["work", "play", "third", nil] { try read(text, context: context, seed) }
    }
  }

  private func read(_ text: [UInt8], context: String?, _ seed: UInt64) throws {
    var options = KubeconfigOptions()
    options.kubeconfig = "/home/x/config"
    options.context = context
    do throws(KubeconfigError) {
      let found = try Kubeconfig.load(options, environment: Environment([:])) { (path) throws(SystemError) in
        if path == "/home/x/config" { return text }
        throw SystemError("reading it", code: ENOENT)
      }
      #expect(ServerAddress(found.connection.server) != nil, "seed \(seed)")
    } catch {
      #expect(!error.problem.isEmpty && error.line.map { $0 >= 1 } != false, "seed \(seed): \(error)")
      #expect("\(error)".isHarmless && "\(error)".utf8.count < 5_000, "seed \(seed): \(error)")
    }
  }

  private static let profiles = """
    current: a
    profiles:
      - name: a
        gateway: {url: "https://ks:8443/x", user: ada, cluster: member, certificate-authority: ca.crt}
        kubernetes: {kubeconfig: ~/.kube/config, context: c}
      - name: b
        gateway: https://other
      - name: c
        kubernetes:

    """

  @Test func noListOfProfilesIsTooBroken() async {
    for seed in Seeds.some(600) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      let text = String(decoding: mutation.damaged(Array(Self.profiles.utf8)), as: UTF8.self)
      do throws(ProfileError) {
        let profiles = try Profiles(text, file: "/c/config.yaml", environment: Environment(["HOME": "/h"]))
        #expect(profiles.all.allSatisfy { !$0.name.isEmpty }, "seed \(seed)")
      } catch {
        #expect("\(error)".isHarmless && "\(error)".utf8.count < 5_000, "seed \(seed): \(error)")
      }
    }
  }

  @Test func noTokenFileIsTooBroken() async throws {
    let path = "/tmp/ksx-hostile-\(getpid())-\(UInt64.random(in: 0 ... .max)).json"
    defer { unlink(path) }
    let store = TokenStore(path: path, server: "https://ks")
    try store.write(OAuthToken(access: "a", refresh: "r", issued: 1, expires: 7_200))
    let good = try Files.read(path)
    for seed in Seeds.some(150) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      try Files.write(mutation.damaged(good), to: path)

      let token = try store.read()

      // Whatever it is, what follows from it can be computed.
      _ = token.map { ($0.isFresh(at: Int(time(nil))), $0.isExpired(at: 0), "\($0)") }
    }
    try Files.write([UInt8](repeating: 0x20, count: 2 << 20), to: path)
    #expect(throws: SystemError.self) { try store.read() }
  }

  @Test func aThousandContextsAreNoBurden() throws {
    let contexts = (0..<1_000).map { "- {name: c\($0), context: {cluster: x}}" }.joined(separator: "\n")
    let text = Array(
      "current-context: c999\nclusters: [{name: x, cluster: {server: h}}]\ncontexts:\n\(contexts)\n".utf8)

    let found = try Kubeconfig.load(environment: Environment(["HOME": "/h"])) { (_) throws(SystemError) in text }

    #expect(found.name == "c999")
  }

  @Test(arguments: [
    ("a huge one", "head -c 40000000 /dev/zero"), ("a binary one", "head -c 100000 /dev/urandom"),
    ("nothing", "true"), ("half of it", #"printf '{"kind":"ExecCredential","apiVers'"#),
    ("a deep one", "head -c 1000000 /dev/zero | tr '\\0' '['"), ("one that dies", "kill -9 $$"),
  ])
  func aPluginMayPrintWhatItLikes(name: String, script: String) async throws {
    let text = """
      current-context: x
      clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
      contexts: [{name: x, context: {cluster: c, user: u}}]
      users:
      - name: u
        user:
          exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, interactiveMode: Never, args: ["-c", '\(script.replacingText("'", with: "''"))']}
      """
    let found = try Kubeconfig.load { (_) throws(SystemError) in Array(text.utf8) }

    let error = await #expect(throws: TransportError.self) {
      try await found.connection.credentials?.credential(insteadOf: nil)
    }

    let sentence = error?.sentence(for: "asking", at: "h").english ?? ""
    #expect(sentence.contains("plugin") && sentence.isHarmless && sentence.utf8.count < 2_000, "\(name): \(sentence)")
  }

  @Test func aPluginThatNeverEndsEndsWithItsTask() async throws {
    let text = """
      current-context: x
      clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
      contexts: [{name: x, context: {cluster: c, user: u}}]
      users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "yes", interactiveMode: Never}}}]
      """
    let found = try Kubeconfig.load { (_) throws(SystemError) in Array(text.utf8) }
    let asking = Task { try await found.connection.credentials?.credential(insteadOf: nil) }

    try await Task.sleep(for: .milliseconds(50))
    asking.cancel()

    await #expect(throws: TransportError.cancelled) { try await asking.value }
  }
}
