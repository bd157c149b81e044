import Glibc
import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

/// Plants secrets in every place a kubeconfig has for them, asks servers that repeat whatever they are
/// sent, and looks for the secrets in everything that can be seen of the program.
@Suite(.endsInTime)
struct SecretsTests {
  /// Where a secret can be, each with the part of a user or a cluster that plants it.
  enum Hiding: String, CaseIterable, Sendable {
    case token, tokenFile, basic, plugin, proxy, server, option

    var user: String {
      switch self {
      case .token: "{token: planted-token-1}"
      case .tokenFile: "{tokenFile: /planted}"
      case .basic: "{username: ada, password: planted-password-3}"
      case .plugin:
        #"{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, interactiveMode: Never, args: ["-c", 'echo planted-standard-error >/dev/null; printf ''{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}'' "$PLANT"'], env: [{name: PLANT, value: planted-plugin-4}]}}"#
      case .proxy, .server, .option: "{}"
      }
    }
  }

  /// What a hostile server does with what it has heard.
  enum Parrot: CaseIterable, Sendable {
    case status, plainText, page, success, pageThatSucceeds, causes, longText, warning, elsewhere, watchError, list, cut

    func steps(_ heard: String) -> [LoopbackServer.Step] {
      let text = JSON.text(.string(heard))
      let status = #"{"kind":"Status","code":403,"reason":\#(text),"message":\#(text),"details":{"name":\#(text)}}"#
      switch self {
      case .status: return .answer("403 Forbidden", status)
      case .plainText: return .answer("500 Internal Server Error", heard, type: "text/plain")
      case .page: return .answer("502 Bad Gateway", "<html><body>\(heard)</body></html>", type: "text/html")
      case .success: return .answer("200 OK", heard)
      case .pageThatSucceeds: return .answer("200 OK", "<!DOCTYPE html><html>\(heard)</html>", type: "text/html")
      case .causes:
        return .answer("422 X", #"{"details":{"causes":[{"field":\#(text),"message":\#(text)}]}}"#)
      // The text is cut short somewhere within the secret.
      case .longText:
        return .answer(
          "500 X", String(repeating: "x", count: max(0, 190 - heard.count / 2)) + heard, type: "text/plain")
      case .warning: return .answer("403 X", "{}", headers: ["Warning: 299 - \"\(heard)\""])
      case .elsewhere: return .answer("302 Found", heard, headers: ["Location: http://127.0.0.1:9/\(heard)"])
      case .watchError: return .answer("200 OK", #"{"type":"ERROR","object":\#(status)}"# + "\n")
      case .list: return .answer("200 OK", #"{"items":[{"kind":\#(text),"metadata":{"name":\#(text)}}]}"#)
      case .cut: return [.send("HTTP/1.1 \(heard)\r\n\(heard)\r\n"), .close]
      }
    }
  }

  @Test(arguments: Hiding.allCases, Parrot.allCases)
  func noErrorAndNoDumpShowsASecret(hiding: Hiding, parrot: Parrot) async throws {
    let server = LoopbackServer { request in
      let fields = request.headers.fields.filter { $0.name.lowercased().containsText("authorization") }
      // As it came, and as a reader who decodes it would repeat it.
      let words = fields.map { "\($0.value) \(Self.decoded($0.value))" }.joined(separator: " ")
      return parrot.steps(words)
    }
    let context = try context(hiding, server)
    let heard = Locked<[String]>([])
    var cluster = context.api
    cluster.warnings = Warnings { warning in heard.withLock { $0.append(warning) } }

    var seen = [context, context.connection, context.connection.credentials as Any, cluster].map(Self.seen)
    for error in await errors(cluster) {
      seen += [Self.seen(error), error.sentence(for: "trying", at: context.server).english]
    }
    seen += heard.withLock { $0 }

    #expect(!server.requests.isEmpty)
    for text in seen { #expect(!Self.shows(text), "\(hiding), \(parrot): \(text)") }
    server.stop()
  }

  @Test func aWayElsewhereIsNotFollowedWithCredentials() async throws {
    let other = LoopbackServer { _ in .answer() }
    let server = LoopbackServer { _ in .answer("307 X", headers: ["Location: \(other.base)/apis"]) }

    for error in await errors(try context(.token, server).api) {
      guard case .refused(let status) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(status.code == 307)
    }
    #expect(other.requests.isEmpty)
    server.stop()
    other.stop()
  }

  @Test(arguments: [
    ["config": "admin:\n  password: planted-config\nreplicas: 2\n"] as Value,
    ["config": ["db": ["apiToken": "planted-config"]]],
    ["clusterScheduling": ["overrides": ["m": "secretKey: planted-config"]]],
  ])
  func aServerThatRefusesAConfigMayNotRepeatItsPasswords(spec: Value) async {
    let server = LoopbackServer { request in
      .answer(
        "422 X",
        JSON.text(["kind": "Status", "reason": "Invalid", "message": .string("spec: Invalid: " + request.body)]))
    }
    let cluster = Cluster(transport: CurlTransport(base: server.base))

    let error = await failure { () async throws(ClusterError) in
      _ = try await cluster.patch(.extensions, "a", .merge(["spec": spec]))
    }

    let sentence = error?.sentence(for: "changing it", at: "h").english ?? ""
    #expect(sentence.contains("spec: Invalid") && !sentence.contains("planted-"), "\(sentence)")
    server.stop()
  }

  @Test func noDumpOfWhatAPersonGivesShowsASecret() throws {
    var options = KubeconfigOptions()
    options.token = "planted-token"
    options.password = "planted-password"
    var connection = Connection(server: "https://ada:planted-password@h")
    connection.proxy = "http://ada:planted-password@proxy:3128"
    connection.tls.clientKey = Array("planted-key".utf8)
    let request = HTTPRequest(
      .post, "/oauth/token?access_token=planted-token", headers: ["Authorization": "Bearer planted-token"],
      body: Array("password=planted-password".utf8))
    var response = HTTPResponse(status: 200, bytes: [])
    response.secrets.texts = ["planted-token"]
    let config = try Kubeconfig(explicit: "/c") { (_) throws(SystemError) in
      Array(Self.config("{token: planted-token}").utf8)
    }

    for thing in [options, connection, connection.tls, request, response, config, config.contexts] as [Any] {
      #expect(!Self.shows(Self.seen(thing)), "\(type(of: thing)): \(Self.seen(thing))")
    }
  }

  private func errors(_ cluster: Cluster) async -> [ClusterError] {
    let object = Object(.extensions, name: "a")
    let attempts: [@Sendable () async -> ClusterError?] = [
      { await failure { () async throws(ClusterError) in _ = try await cluster.get(.extensions, "a") } },
      { await failure { () async throws(ClusterError) in _ = try await cluster.list(.extensions) } },
      { await failure { () async throws(ClusterError) in _ = try await cluster.create(.extensions, object) } },
      { await failure { () async throws(ClusterError) in _ = try await cluster.patch(.extensions, "a", [:]) } },
      { await failure { () async throws(ClusterError) in try await cluster.delete(.extensions, "a", uid: "u") } },
      { await failure { () async throws(ClusterError) in _ = try await cluster.version() } },
      { await failure { () async throws(ClusterError) in _ = try await cluster.verdict(on: Access("get", .pods)) } },
      { await firstInterruption(of: cluster) },
    ]
    var errors: [ClusterError] = []
    for attempt in attempts { if let error = await attempt() { errors.append(error) } }
    return errors
  }

  private func context(_ hiding: Hiding, _ server: LoopbackServer) throws -> ClusterContext {
    var address = server.base
    var more = ""
    if hiding == .proxy {
      more = ", proxy-url: \"\(server.base.replacingText("://", with: "://ada:planted-proxy-5@"))\""
      address = "http://example.invalid"
    }
    if hiding == .server { address = address.replacingText("://", with: "://ada:planted-server-6@") }
    var options = KubeconfigOptions()
    if hiding == .option { options.token = "planted-option-7" }
    let text = Self.config(hiding.user, server: address, more)
    var context = try Kubeconfig.load(options, environment: .current) { (_) throws(SystemError) in Array(text.utf8) }
    if hiding == .tokenFile {
      let directory = TemporaryFolder()
      try Files.write(Array("planted-file-2\n".utf8), to: directory.path + "/token")
      let file = TokenFile(directory.path + "/token")
      _ = try file.credential(insteadOf: nil)
      context.connection.credentials = file
    }
    return context
  }

  private static func config(_ user: String, server: String = "https://h", _ more: String = "") -> String {
    """
    current-context: x
    contexts: [{name: x, context: {cluster: c, user: u}}]
    clusters: [{name: c, cluster: {server: "\(server)"\(more)}}]
    users: [{name: u, user: \(user)}]
    """
  }

  private static func decoded(_ authorization: String) -> String {
    let word = authorization.split(separator: " ").last.map(String.init) ?? ""
    return Base64.decode(word).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private static func seen(_ thing: Any) -> String {
    var text = "\(thing) " + String(reflecting: thing) + " "
    dump(thing, to: &text)
    return text
  }

  /// Whether a planted secret shows, or ten letters of one, as text, as base64 or as the numbers of its bytes.
  private static func shows(_ text: String) -> Bool {
    let word = "planted-"
    return text.contains(word) || text.contains("cGxhbnRlZC") || text.contains("112, 108, 97, 110, 116")
      || text.contains("- 112\n") && text.contains("- 108\n") && text.contains("- 110\n")
  }
}

private func failure(_ body: () async throws(ClusterError) -> Void) async -> ClusterError? {
  do throws(ClusterError) {
    try await body()
    return nil
  } catch {
    return error
  }
}

/// What a watch reports as its first trouble.
private func firstInterruption(of cluster: Cluster) async -> ClusterError? {
  var cluster = cluster
  let clock = TestClock()
  cluster.timing = clock.timing
  let found = Locked<ClusterError?>(nil)
  let watch = Watch(.extensions, in: cluster) { $0 }
  await Task {
    await watch.run { event in
      guard case .interrupted(let error, _) = event else { return }
      found.withLock { $0 = error }
      withUnsafeCurrentTask { $0?.cancel() }
    }
  }.value
  return found.withLock { $0 }
}
