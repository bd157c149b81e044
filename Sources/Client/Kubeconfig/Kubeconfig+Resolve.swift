import HTTP
import Manifest
package import Platform

extension Kubeconfig {
  /// Finds the cluster that kubectl would use with the same options, environment and files.
  package static func load(
    _ options: KubeconfigOptions = KubeconfigOptions(), environment: Environment = .current,
    readFile: ReadFile = { (path) throws(SystemError) in try Files.read(path) }
  ) throws(KubeconfigError) -> ClusterContext {
    let config = try Kubeconfig(explicit: options.kubeconfig, environment: environment, readFile: readFile)
    if config.isEmpty, options.server == nil, let inside = try InCluster.load(options, environment, readFile) {
      return inside
    }
    return try config.resolve(options, environment: environment, readFile: readFile)
  }

  var isEmpty: Bool { clusters.isEmpty && users.isEmpty && contextEntries.isEmpty && currentContext == nil }

  /// Resolves the context that `options` choose, and reads the files that it names.
  package func resolve(
    _ options: KubeconfigOptions, environment: Environment = .current,
    readFile: ReadFile = { (path) throws(SystemError) in try Files.read(path) }
  ) throws(KubeconfigError) -> ClusterContext {
    let context = try chosenContext(options)
    let cluster = try cluster(of: context, options)
    let user = try user(of: context, options)
    var connection = try connection(to: cluster, options, readFile)
    connection.proxyRules = ProxyRules(environment)
    var resolution = CredentialResolution(entry: user, options: options, environment: environment, cluster: cluster)
    if connection.tls.authority != nil {
      resolution.authorityFile = options.certificateAuthority ?? cluster?.file(of: "certificate-authority")
    }
    // kubectl 1.20 and 1.32 send no credentials over http, and run no credential plugin for it. ksx makes an exception
    // for a server on this machine, because nothing crosses the network; so a local server may require a token.
    if !connection.isUnencrypted { try resolution.apply(to: &connection, readFile) }
    var result = ClusterContext(
      name: context?.name ?? "", cluster: cluster?.name ?? "", user: user?.name ?? "",
      namespace: options.namespace ?? context?.text("namespace") ?? "default", connection: connection)
    result.warnings = warnings.map(\.sentence)
    if let server = options.server ?? cluster?.text("server"), !server.containsText("://") {
      result.warnings.append("the server \(server) is taken for \(connection.displayName), as kubectl has it")
    }
    if connection.isUnencrypted, resolution.hasCredentials || Redaction.login(in: connection.server) != nil {
      result.warnings.append(
        "no credentials are sent to \(connection.displayName): on the way there they could be read. Use https://")
    }
    return result
  }

  private func chosenContext(_ options: KubeconfigOptions) throws(KubeconfigError) -> Entry? {
    guard let name = options.context ?? currentContext else { return nil }
    if let entry = contextEntries.first(where: { $0.name == name }) { return entry }
    // With `--server` the current context need not exist.
    if options.context == nil, options.server != nil { return nil }
    throw missing("context", name, in: contextEntries)
  }

  private func cluster(of context: Entry?, _ options: KubeconfigOptions) throws(KubeconfigError) -> Entry? {
    guard let name = options.cluster ?? context?.text("cluster") else {
      if options.server != nil { return nil }
      if let context {
        throw context.mistake(nil, "the context \(context.name) names no cluster", "Add “cluster:” to it")
      }
      throw nothingChosen
    }
    if let entry = clusters.first(where: { $0.name == name }) { return entry }
    if options.server != nil { return nil }
    throw missing("cluster", name, in: clusters)
  }

  private func user(of context: Entry?, _ options: KubeconfigOptions) throws(KubeconfigError) -> Entry? {
    guard let name = options.user ?? context?.text("user") else { return nil }
    if let entry = users.first(where: { $0.name == name }) { return entry }
    throw missing("user", name, in: users)
  }

  private func missing(_ kind: String, _ name: String, in entries: [Entry]) -> KubeconfigError {
    let names = entries.map(\.name).sorted()
    var known: Sentence =
      names.isEmpty ? "there is none" : "there are: \(names.prefix(12).joined(separator: ", "))"
    if let nameless { known = "\(known); the entry at \(nameless) has no name" }
    return KubeconfigError(
      file: files.first, problem: "there is no \(kind) “\(name)”", remedy: "Choose another with --\(kind); \(known)")
  }

  private var noneFound: Sentence {
    missing.isEmpty
      ? "no kubeconfig was found" : "no kubeconfig was found: there is no \(missing.joined(separator: ", "))"
  }

  private var nothingChosen: KubeconfigError {
    if contextEntries.isEmpty {
      return KubeconfigError(
        file: files.first, problem: files.isEmpty ? noneFound : "this kubeconfig has no contexts",
        remedy:
          "Name one with --kubeconfig FILE or KUBECONFIG, give --server URL, or try it without a cluster: --standalone")
    }
    let names = contextEntries.map(\.name).sorted().prefix(12).joined(separator: ", ")
    return KubeconfigError(
      file: files.first, problem: "no context is chosen", remedy: "Choose one with --context; there are: \(names)")
  }
}

extension Kubeconfig {
  /// The connection to the cluster, without credentials.
  private func connection(
    to cluster: Entry?, _ options: KubeconfigOptions, _ readFile: ReadFile
  ) throws(KubeconfigError) -> Connection {
    guard let server = options.server ?? cluster?.text("server") else {
      throw cluster?.mistake(
        nil, "the cluster \(cluster?.name ?? "") has no server", "Add “server: https://HOST:6443” to it")
        ?? nothingChosen
    }
    var connection = Connection(server: server)
    connection.tls = try tls(of: cluster, options, readFile)
    // Whatever the TLS settings are: kubectl 1.32 uses http for an address without a scheme.
    if !server.containsText("://") { connection.server = "http://" + server }
    guard ServerAddress(connection.server) != nil else {
      let problem: Sentence = "the server \(connection.displayName) is not an address"
      let remedy: Sentence = "Write it as https://HOST:PORT"
      throw cluster?.mistake("server", problem, remedy) ?? KubeconfigError(problem: problem, remedy: remedy)
    }
    connection.proxy = try cluster.map { (cluster) throws(KubeconfigError) in try Self.proxy(of: cluster) } ?? nil
    let isCompressionOff = try cluster?.flag("disable-compression") ?? false
    connection.allowsCompression = !options.disableCompression && !isCompressionOff
    if let seconds = options.requestTimeout { connection.requestTimeout = seconds == 0 ? nil : seconds }
    return connection
  }

  private func tls(
    of cluster: Entry?, _ options: KubeconfigOptions, _ readFile: ReadFile
  ) throws(KubeconfigError) -> Connection.TLS {
    var tls = Connection.TLS()
    // The file's `tls-server-name` does not apply to a server of the command line.
    tls.serverName = options.tlsServerName ?? (options.server == nil ? cluster?.text("tls-server-name") : nil)
    var isUnverified = try cluster?.flag("insecure-skip-tls-verify") ?? false
    // An authority on the command line turns verification on.
    if options.certificateAuthority != nil { isUnverified = false }
    tls.isVerified = !(options.insecureSkipTLSVerify ?? isUnverified)
    if let path = options.certificateAuthority {
      tls.authority = try Self.read(path, for: "--certificate-authority", readFile)
    } else if options.insecureSkipTLSVerify != true {
      tls.authority = try cluster?.material("certificate-authority", readFile)
    }
    tls.authority = tls.authority.map(AuthorityBundle.readable)
    if !tls.isVerified, tls.authority != nil {
      let problem: Sentence = "an authority is named, and the check of it is switched off"
      let remedy: Sentence = "Remove certificate-authority or insecure-skip-tls-verify"
      throw cluster?.mistake("insecure-skip-tls-verify", problem, remedy)
        ?? KubeconfigError(problem: problem, remedy: remedy)
    }
    return tls
  }

  private static func proxy(of cluster: Entry) throws(KubeconfigError) -> String? {
    guard let url = cluster.text("proxy-url") else { return nil }
    do throws(Proxy.Problem) {
      // kubectl accepts `socks5h` only in the environment; in both programs the proxy resolves names for `socks5`.
      if try Proxy(url).scheme == .socks5h { throw .scheme("socks5h") }
    } catch {
      throw cluster.mistake("proxy-url", error.sentence(of: "proxy-url"), Proxy.Problem.remedy)
    }
    return url
  }

  /// Reads a file named by the option `flag`.
  static func read(_ path: String, for flag: String, _ readFile: ReadFile) throws(KubeconfigError) -> [UInt8] {
    do {
      return try readFile(path)
    } catch {
      throw KubeconfigError(file: path, problem: error.problem, remedy: "Check the path given with \(flag)")
    }
  }
}
