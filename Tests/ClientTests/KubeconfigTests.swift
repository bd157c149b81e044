import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

@Suite struct KubeconfigTests {
  static let first = """
    apiVersion: v1
    kind: Config
    current-context: prod
    clusters:
    - name: prod
      cluster:
        server: https://prod.example:6443
        certificate-authority: pki/ca.crt
    - name: test
      cluster: {server: "https://test.example", insecure-skip-tls-verify: true, proxy-url: "http://proxy:3128"}
    users:
    - name: ada
      user:
        client-certificate-data: Q0VSVA==
        client-key: ../keys/ada.key
    - name: bob
      user: {token: t0ken}
    contexts:
    - name: prod
      context: {cluster: prod, user: ada, namespace: kubesphere-system}
    - name: test
      context: {cluster: test, user: bob}
    """
  private static let second = """
    current-context: test
    clusters:
    - name: prod
      cluster: {server: "https://other.example", tls-server-name: never.used}
    - name: third
      cluster: {server: "https://third.example/k8s/", tls-server-name: inside, certificate-authority-data: Q0E=}
    users:
    - name: carl
      user: {username: carl, password: secret}
    contexts:
    - name: third
      context: {cluster: third, user: carl}
    """

  static let everyFile: Environment = ["KUBECONFIG": "/a/config:/missing::/b/config:/a/config"]
  let files = [
    "/a/config": first, "/b/config": second, "/a/pki/ca.crt": "CA", "/keys/ada.key": "KEY",
    "/home/ada/.kube/config": "current-context: none", "/x.crt": "X",
  ]

  func load(
    _ environment: Environment = KubeconfigTests.everyFile,
    files: [String: String]? = nil, _ change: (inout KubeconfigOptions) -> Void = { _ in }
  ) throws(KubeconfigError) -> ClusterContext {
    var options = KubeconfigOptions()
    change(&options)
    let files = files ?? self.files
    return try Kubeconfig.load(options, environment: environment) { (path) throws(SystemError) in
      guard let text = files[path] else { throw SystemError("reading \(path)", code: 2) }
      return Array(text.utf8)
    }
  }

  @Test func theFirstFileThatSaysAnythingWins() throws {
    let context = try load()

    #expect(context.name == "prod")
    #expect(context.cluster == "prod")
    #expect(context.user == "ada")
    #expect(context.namespace == "kubesphere-system")
    #expect(context.server == "https://prod.example:6443")
    #expect(context.connection.tls.serverName == nil)
    #expect(!context.isInsecure)
  }

  /// kubectl 1.32 takes each of these as the file they stand around.
  @Test(arguments: [
    "\u{FEFF}" + first, first + "\n---\n", first + "\n---\nfoo: [\n", first + "\ncurrent-context: prod\n",
    String(first.map { $0 == "\n" ? "\r\n" : $0 }), "---\n" + first,
  ])
  func whatKubectlPassesOverIsPassedOver(text: String) throws {
    let context = try load(["KUBECONFIG": "/c"], files: ["/c": text, "/pki/ca.crt": "CA", "/keys/ada.key": "KEY"])

    #expect(context.server == "https://prod.example:6443")
  }

  /// And refuses each of these.
  @Test(arguments: ["%YAML 1.2\n---\n" + first, first + "\nnull: b\n", first + "\nz: .inf\n"])
  func whatKubectlRefusesIsRefused(text: String) {
    #expect(throws: KubeconfigError.self) { try load(["KUBECONFIG": "/c"], files: ["/c": text]) }
  }

  @Test func aFileThatIsNoUTF8IsRefusedWithLineAndByte() {
    let error = #expect(throws: KubeconfigError.self) {
      try Kubeconfig(explicit: "/c") { _ in Array("a: 1\nb: ".utf8) + [0xFF] }
    }

    #expect(error?.description.contains("/c:2: byte 4 is not UTF-8") == true, "\(String(describing: error))")
  }

  @Test func pathsCountFromTheirFile() throws {
    let tls = try load().connection.tls

    #expect(tls.authority == Array("CA".utf8))
    #expect(tls.clientCertificate == Array("CERT".utf8))
    #expect(tls.clientKey == Array("KEY".utf8))
  }

  @Test func aContextOfAnyFileCanBeChosen() async throws {
    let context = try load { $0.context = "third" }

    #expect(context.server == "https://third.example/k8s/")
    #expect(context.connection.tls.serverName == "inside")
    #expect(context.namespace == "default")
    let credential = try await context.connection.credentials?.credential(insteadOf: nil)
    #expect(credential?.headers["Authorization"] == "Basic Y2FybDpzZWNyZXQ=")
  }

  @Test func anInsecureClusterIsKnownAsSuch() async throws {
    let context = try load { $0.context = "test" }

    #expect(context.isInsecure)
    #expect(context.connection.proxy == "http://proxy:3128")
    let credential = try await context.connection.credentials?.credential(insteadOf: nil)
    #expect(credential?.headers["Authorization"] == "Bearer t0ken")
  }

  @Test func flagsOverrideTheFiles() async throws {
    let context = try load { options in
      options.cluster = "third"
      options.user = "bob"
      options.namespace = "here"
      options.token = "mine"
      options.requestTimeout = 0
      options.impersonatedUser = "eve"
      options.impersonatedGroups = ["g1", "g2"]
      options.impersonatedUID = "7"
    }

    #expect(context.server == "https://third.example/k8s/")
    #expect(context.user == "bob")
    #expect(context.namespace == "here")
    #expect(context.connection.requestTimeout == nil)
    let headers = try await context.connection.credentials?.credential(insteadOf: nil).headers
    #expect(
      headers?.fields.map { "\($0.name): \($0.value)" } == [
        "Authorization: Bearer mine", "Impersonate-User: eve", "Impersonate-Group: g1", "Impersonate-Group: g2",
        "Impersonate-Uid: 7",
      ])
  }

  @Test func aServerOnTheCommandLineNeedsNoFile() throws {
    let context = try load([:], files: [:]) { $0.server = "127.0.0.1:8001" }

    #expect(context.server == "http://127.0.0.1:8001")
    #expect(try load([:], files: [:]) { $0.server = "https://h" }.server == "https://h")
    #expect(
      try load([:], files: [:]) {
        $0.server = "h:6443"
        $0.insecureSkipTLSVerify = true
      }.server == "http://h:6443")
  }

  /// kubectl 1.32 goes without TLS, whatever the file says of certificates.
  @Test(arguments: ["", ", insecure-skip-tls-verify: true", ", certificate-authority-data: eA=="])
  func aServerWithoutASchemeIsAskedWithoutTLS(more: String) throws {
    let text = kubeconfig(cluster: "{server: 'h:6443'\(more)}")

    #expect(try load(["KUBECONFIG": "/f"], files: ["/f": text]).server == "http://h:6443")
  }

  @Test func theContextIsPinnedWhateverTheFileSaysLater() async throws {
    let directory = TemporaryFolder()
    let path = directory.path + "/config"
    func text(_ context: String) -> [UInt8] {
      Array((Self.first.replacingText("current-context: prod", with: "current-context: \(context)")).utf8)
    }
    try Files.write(text("test"), to: path)
    let context = try Kubeconfig.load(environment: ["KUBECONFIG": path])

    try Files.write(
      Array(String(decoding: text("prod"), as: UTF8.self).replacingText("t0ken", with: "other").utf8), to: path)

    #expect(context.name == "test")
    #expect(context.api.transport is CurlTransport)
    #expect(context.connection.server == "https://test.example")
    #expect(try await context.connection.credentials?.credential(insteadOf: nil) == .bearer("t0ken"))
  }

  @Test func switchingTheCheckOffDropsTheAuthority() throws {
    let context = try load { $0.insecureSkipTLSVerify = true }

    #expect(context.isInsecure)
    #expect(context.connection.tls.authority == nil)
  }

  @Test func theFileOfThePersonIsTheLastResort() {
    #expect(problem(["HOME": "/home/ada"]).description.contains("there is no context “none”"))
  }

  @Test func aPodUsesWhatItWasGiven() async throws {
    let directory = "/var/run/secrets/kubernetes.io/serviceaccount"
    let environment: Environment = [
      "HOME": "/nobody", "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443",
    ]
    let context = try load(
      environment,
      files: [directory + "/token": "tok", directory + "/ca.crt": "CA", directory + "/namespace": "apps\n"])

    #expect(context.server == "https://10.0.0.1:443")
    #expect(context.namespace == "apps")
    #expect(context.connection.tls.authority == Array("CA".utf8))
    #expect(context.connection.credentials is TokenFile)
  }

  @Test func aNamedFileMustBeThere() {
    let error = problem([:]) { $0.kubeconfig = "/nowhere" }

    #expect(
      error.description == "/nowhere: No such file or directory. Check the path given with --kubeconfig or KUBECONFIG")
  }

  @Test func withoutAnyFileThePersonIsToldWhatToGive() {
    #expect(problem([:], files: [:]).description.contains("--kubeconfig FILE"))
  }

  @Test func compressionCanBeSwitchedOffInEitherPlace() throws {
    let file = kubeconfig(cluster: "{server: 'https://h', disable-compression: true}")

    #expect(try load().connection.allowsCompression)
    #expect(try !load { $0.disableCompression = true }.connection.allowsCompression)
    #expect(try !load(["KUBECONFIG": "/f"], files: ["/f": file]).connection.allowsCompression)
  }

  @Test func aCertificateIsProofEnoughWithoutAPlugin() throws {
    let user = "{client-certificate-data: Q0E=, client-key-data: Q0E=, exec: {apiVersion: x, command: z}}"

    #expect(try load(["KUBECONFIG": "/f"], files: ["/f": kubeconfig(user: user)]).connection.credentials == nil)
  }

  func problem(
    _ environment: Environment = ["KUBECONFIG": "/a/config"], files: [String: String]? = nil,
    _ change: (inout KubeconfigOptions) -> Void = { _ in }
  ) -> KubeconfigError {
    do throws(KubeconfigError) {
      let context = try load(environment, files: files, change)
      return KubeconfigError(problem: "no error but \(context.server)")
    } catch {
      return error
    }
  }
}

/// A kubeconfig with one context, whose parts stand on lines 2, 4 and 5.
func kubeconfig(
  cluster: String = "{server: 'https://h'}", user: String = "{}", context: String = "{cluster: c, user: u}"
) -> String {
  """
  current-context: x
  contexts: [{name: x, context: \(context)}]
  clusters:
  - {name: c, cluster: \(cluster)}
  users: [{name: u, user: \(user)}]
  """
}
