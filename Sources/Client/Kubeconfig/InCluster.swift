import Platform

/// The service account settings of a pod, used if there is no kubeconfig.
enum InCluster {
  private static let directory = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// `nil` outside a pod.
  static func load(
    _ options: KubeconfigOptions, _ environment: Environment, _ readFile: Kubeconfig.ReadFile
  ) throws(KubeconfigError) -> ClusterContext? {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
      (try? readFile(directory + "/token")) != nil
    else { return nil }
    var connection = Connection(server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    connection.proxyRules = ProxyRules(environment)
    connection.tls.authority = try authority(options, readFile).map(AuthorityBundle.readable)
    connection.tls.isVerified = options.insecureSkipTLSVerify != true
    connection.tls.serverName = options.tlsServerName
    connection.allowsCompression = !options.disableCompression
    let namespace = (try? readFile(directory + "/namespace")).map { String(decoding: $0, as: UTF8.self).trimmed() }
    if let seconds = options.requestTimeout { connection.requestTimeout = seconds == 0 ? nil : seconds }
    try CredentialResolution(
      entry: nil, options: options, environment: environment, cluster: nil, tokenFile: directory + "/token",
      authorityFile: connection.tls.authority.map { _ in options.certificateAuthority ?? directory + "/ca.crt" }
    ).apply(to: &connection, readFile)
    return ClusterContext(
      name: "", cluster: "in-cluster", user: "", namespace: options.namespace ?? namespace ?? "default",
      connection: connection)
  }

  private static func authority(
    _ options: KubeconfigOptions, _ readFile: Kubeconfig.ReadFile
  ) throws(KubeconfigError) -> [UInt8]? {
    if options.insecureSkipTLSVerify == true { return nil }
    if let path = options.certificateAuthority {
      return try Kubeconfig.read(path, for: "--certificate-authority", readFile)
    }
    return try? readFile(directory + "/ca.crt")
  }
}
