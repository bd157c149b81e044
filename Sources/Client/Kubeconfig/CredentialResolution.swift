import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Resolves the credentials for a cluster: options of the command line first, then the user's entry.
struct CredentialResolution {
  var entry: Kubeconfig.Entry?
  var options: KubeconfigOptions
  var environment: Environment
  var cluster: Kubeconfig.Entry?
  var tokenFile: String?
  /// The file with the authority's certificates, if they are in a file.
  var authorityFile: String?

  /// Whether credentials are configured.
  var hasCredentials: Bool {
    if (options.token ?? options.username ?? options.clientCertificate ?? tokenFile) != nil { return true }
    if case .mapping(let pairs) = entry?.node.content { return !pairs.isEmpty }
    return false
  }

  func apply(to connection: inout Connection, _ readFile: Kubeconfig.ReadFile) throws(KubeconfigError) {
    let impersonation = try impersonation()
    // Without TLS no client certificate is read.
    if ServerAddress(connection.server)?.scheme == .https { try setCertificate(of: &connection.tls, readFile) }
    connection.tlsFiles = files
    guard var source = try source(for: connection) else {
      if let impersonation { connection.credentials = FixedCredential(Credential(headers: impersonation)) }
      return
    }
    if let impersonation { source = ImpersonatingCredential(source, impersonation) }
    connection.credentials = source
  }

  private func setCertificate(of tls: inout Connection.TLS, _ readFile: Kubeconfig.ReadFile) throws(KubeconfigError) {
    tls.clientCertificate =
      if let path = options.clientCertificate {
        try Kubeconfig.read(path, for: "--client-certificate", readFile)
      } else {
        try entry?.material("client-certificate", readFile)
      }
    // kubectl 1.32 ignores a key without a certificate.
    if tls.clientCertificate == nil { return }
    tls.clientKey =
      if let path = options.clientKey {
        try Kubeconfig.read(path, for: "--client-key", readFile)
      } else {
        try entry?.material("client-key", readFile)
      }
    guard let key = tls.clientKey else { throw missingKey }
    tls.clientKeyName = clientKeyName
    if PEM(key).hasEncryptedKey { throw encryptedKey }
  }

  private var missingKey: KubeconfigError {
    let remedy: Sentence = "Give both or neither"
    guard options.clientCertificate == nil, let entry else {
      return KubeconfigError(problem: "there is a --client-certificate but no --client-key", remedy: remedy)
    }
    return entry.mistake("client-certificate", "there is a client-certificate but no client-key", remedy)
  }

  private var encryptedKey: KubeconfigError {
    let remedy: Sentence = "Decrypt it, for example with “openssl pkey -in KEY -out NEWKEY”, and name the new one"
    let words: Sentence = "the client key \(clientKeyName) is encrypted, and ksx asks for no passphrase"
    guard options.clientKey == nil, let entry else { return KubeconfigError(problem: words, remedy: remedy) }
    let isData = entry.text("client-key-data") != nil
    return entry.mistake(isData ? "client-key-data" : "client-key", words, remedy)
  }

  /// The origin of the client key, for messages.
  private var clientKeyName: String {
    if let path = options.clientKey { return "\(path) (--client-key)" }
    guard let entry else { return "" }
    let isData = entry.text("client-key-data") != nil
    return (isData ? "in client-key-data" : entry.path("client-key") ?? "") + " of the user \(entry.name)"
  }

  /// The certificate files that are read again when they change: the authority's, and the client's if both are files.
  private var files: TLSFiles? {
    var paths = TLSFiles.Paths()
    paths.authority = authorityFile
    let certificate = options.clientCertificate ?? entry?.file(of: "client-certificate")
    let key = options.clientKey ?? entry?.file(of: "client-key")
    if let certificate, let key { (paths.clientCertificate, paths.clientKey) = (certificate, key) }
    return paths == TLSFiles.Paths() ? nil : TLSFiles(paths)
  }

  private func source(for connection: Connection) throws(KubeconfigError) -> (any CredentialSource)? {
    // kubectl 1.32 prefers the user and password in the URL to all other credentials.
    if let login = Redaction.login(in: connection.server) { return FixedCredential(.basic(login.user, login.password)) }
    if let given = try commandLineCredential() { return FixedCredential(given) }
    if let tokenFile { return TokenFile(tokenFile) }
    guard let entry else { return nil }
    if let token = entry.text("token"), let flaw = InvalidHeaderCharacter(in: token) {
      throw entry.mistake(
        "token", "the token of the user \(entry.name) has \(flaw.words) in it", InvalidHeaderCharacter.remedy)
    }
    let hasToken = entry.text("token") != nil || entry.text("tokenFile") != nil
    if hasToken, entry.text("username") != nil {
      throw entry.mistake("username", "the user \(entry.name) has both a token and a password", "Keep one of them")
    }
    // The file takes precedence; the token is used if the file yields none.
    if let path = entry.path("tokenFile") { return TokenFile(path, otherwise: entry.text("token")) }
    if let token = entry.text("token") { return FixedCredential(.bearer(token)) }
    if let username = entry.text("username") { return FixedCredential(.basic(username, entry.text("password") ?? "")) }
    // As in client-go, no plugin is run if there is a client certificate.
    if connection.tls.clientCertificate != nil { return nil }
    if entry.node["exec"].map({ !$0.isNull }) == true { return try plugin(of: entry, for: connection) }
    return try AuthProvider(of: entry)?.credential
  }

  /// The credential of the command line, which overrides the file's.
  private func commandLineCredential() throws(KubeconfigError) -> Credential? {
    let isBasic = options.username != nil || options.password != nil
    if let token = options.token {
      guard !isBasic else {
        throw KubeconfigError(problem: "both a token and a user name or password are given", remedy: "Give one of them")
      }
      if let flaw = InvalidHeaderCharacter(in: token) {
        throw KubeconfigError(
          problem: "the token given with --token has \(flaw.words) in it", remedy: InvalidHeaderCharacter.remedy)
      }
      return .bearer(token)
    }
    guard isBasic else { return nil }
    guard let username = options.username ?? entry?.text("username") else {
      throw KubeconfigError(problem: "a password is given, but no user name", remedy: "Add --username NAME")
    }
    return .basic(username, options.password ?? entry?.text("password") ?? "")
  }

  private func plugin(of entry: Kubeconfig.Entry, for connection: Connection) throws(KubeconfigError) -> ExecPlugin {
    let settings = try ExecSettings(entry, cluster: cluster, connection: connection)
    return ExecPlugin(settings, environment: environment, terminal: options.terminal)
  }

  /// The header fields for impersonation; `nil` if none is configured.
  private func impersonation() throws(KubeconfigError) -> HTTPHeaders? {
    let groups =
      options.impersonatedGroups.isEmpty
      ? entry?.node["as-groups"]?.value.sequence?.compactMap(\.string) ?? [] : options.impersonatedGroups
    let uid = options.impersonatedUID ?? entry?.text("as-uid")
    guard let user = options.impersonatedUser ?? entry?.text("as") else {
      if groups.isEmpty, uid == nil, extra.isEmpty { return nil }
      throw impersonationWithoutUser
    }
    var headers: HTTPHeaders = ["Impersonate-User": user]
    for group in groups { headers.add("Impersonate-Group", group) }
    if let uid { headers.add("Impersonate-Uid", uid) }
    for (key, values) in extra {
      for value in values { headers.add("Impersonate-Extra-" + PercentEncoding.encode(key), value) }
    }
    if let flaw = headers.fields.lazy.compactMap({ InvalidHeaderCharacter(in: $0.value) }).first {
      let problem: Sentence = "a name, group, uid or attribute to act as has \(flaw.words) in it"
      guard let entry, !options.isImpersonating else {
        throw KubeconfigError(problem: "\(problem) (--as…)", remedy: InvalidHeaderCharacter.remedy)
      }
      throw entry.mistake("as", problem, InvalidHeaderCharacter.remedy)
    }
    return headers
  }

  private var impersonationWithoutUser: KubeconfigError {
    let problem: Sentence = "a group, uid or attribute to act as is given, but no user"
    guard let entry, !options.isImpersonating else { return KubeconfigError(problem: problem, remedy: "Add --as USER") }
    let key = ["as-groups", "as-uid", "as-user-extra"].first { entry.node[$0] != nil }
    return entry.mistake(key, problem, "Add “as: USER” to it, or --as USER")
  }

  /// The extra attributes of the impersonated user, sorted; those of the command line replace the file's.
  private var extra: [(key: String, values: [String])] {
    if !options.impersonatedExtra.isEmpty {
      return options.impersonatedExtra.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    return (entry?.node["as-user-extra"]?.value.mapping?.pairs ?? []).map { pair in
      (pair.key, (pair.value.sequence ?? []).map { $0.string ?? "" })
    }
  }
}
