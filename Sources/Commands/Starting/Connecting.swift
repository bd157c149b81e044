import Client
import Extensions
import Glibc
import Platform
import Terminal

extension Destination {
  /// Finds the cluster a command line is about; with `--standalone` it starts it when it is not there.
  static func find(_ invocation: Invocation, _ environment: Environment, _ outlet: Outlet) async throws(CommandError)
    -> Destination
  {
    var destination: Destination
    if let profile = try ProfileFile(environment).chosen(invocation) {
      destination = try opened(profile, invocation, environment, outlet)
    } else if invocation.has(.standalone) {
      destination = try await standalone(invocation, environment, outlet)
    } else {
      destination = try remote(invocation, environment)
    }
    destination.isReadOnly = invocation.has(.readOnly)
    destination.observe(invocation, outlet)
    destination.dialect = invocation[.dialect].flatMap(Dialect.Name.init(rawValue:)).map { Dialect($0) }
    return destination
  }

  /// The ways that a profile names; a command says so when it has to take the second of two.
  private static func opened(
    _ profile: Profile, _ invocation: Invocation, _ environment: Environment, _ outlet: Outlet
  ) throws(CommandError) -> Destination {
    var surroundings = Surroundings()
    surroundings.environment = environment
    surroundings.options = KubeconfigOptions(invocation)
    // The console tells it on its screen.
    if invocation.verb != .console { surroundings.onChange = { outlet.note("note: \($0.sentence)".sanitised) } }
    let opened = try ProfileFile.reading { () throws(ProfileError) in try profile.open(surroundings) }
    // Where a member cluster is reached through the gateway alone, its name says which cluster this is.
    let member = opened.fallback == nil && opened.gateway != nil ? profile.gateway?.cluster : nil
    var destination = Destination(
      cluster: opened.cluster, name: member.map { "\(profile.name)/\($0)" } ?? profile.name, server: opened.server)
    if let member { destination.identity += "/clusters/\(member)" }
    destination.isInsecure = opened.isInsecure
    destination.user =
      invocation[.asUser] ?? opened.context?.user ?? invocation[.username] ?? profile.gateway?.user ?? ""
    destination.gateway = opened.gateway
    destination.fallback = opened.fallback
    destination.ways = opened.ways
    destination.login = opened.session
    destination.isByGatewayAlone = opened.gateway != nil && opened.ways == nil
    destination.ownFlags =
      ["--profile", profile.name] + (invocation[.memberCluster].map { ["--member-cluster", $0] } ?? [])
    if let context = opened.context {
      destination.kubectlFlags = kubectlFlags(invocation, context)
      if let path = profile.kubernetes?.kubeconfig { destination.kubectlFlags += ["--kubeconfig", path] }
    } else {
      destination.kubectlFlags = ["--server", destination.identity]
    }
    return destination
  }

  /// A cluster of the kubeconfig, as kubectl would find it.
  private static func remote(_ invocation: Invocation, _ environment: Environment) throws(CommandError) -> Destination {
    let context: ClusterContext
    do {
      context = try Kubeconfig.load(KubeconfigOptions(invocation), environment: environment)
    } catch {
      throw CommandError(error.description)
    }
    let names = [context.name, context.cluster].filter { !$0.isEmpty }
    var destination = Destination(
      cluster: context.api, name: names.first ?? context.server, server: context.server)
    destination.isInsecure = context.isInsecure
    destination.user = invocation[.asUser] ?? context.user
    destination.kubectlFlags = kubectlFlags(invocation, context)
    return destination
  }

  /// The flags of this command line that kubectl needs too; the context is pinned, a token stays secret.
  private static func kubectlFlags(_ invocation: Invocation, _ context: ClusterContext) -> [String] {
    let kept: [Option] = [
      .kubeconfig, .cluster, .user, .server, .certificateAuthority, .clientCertificate, .clientKey, .tlsServerName,
      .asUser, .asGroup, .asUID,
    ]
    let flags = kept.flatMap { option in
      // A URL may carry a password; the server as it is shown does not.
      invocation.all(option).flatMap { ["--\(option.rawValue)", option == .server ? context.server : $0] }
    }
    return flags + (context.name.isEmpty ? [] : ["--context", context.name])
      + (invocation.has(.insecure) ? ["--\(Option.insecure.rawValue)"] : [])
  }

  private static func standalone(
    _ invocation: Invocation, _ environment: Environment, _ outlet: Outlet
  ) async throws(CommandError) -> Destination {
    for option in [Option.kubeconfig, .context, .server] where invocation[option] != nil {
      throw CommandError("--standalone and --\(option.rawValue) name two clusters; leave one of them out")
    }
    var backend = Standalone(environment)
    backend.dialect = invocation[.dialect]
    // The console sees extensions come; a command looks once.
    backend.waitsForMarketplace = invocation.verb != .console
    try await backend.attach(outlet)
    return Destination(cluster: backend.cluster, name: "standalone", server: backend.server)
  }
}

extension KubeconfigOptions {
  init(_ invocation: Invocation) {
    self.init()
    kubeconfig = invocation[.kubeconfig]
    context = invocation[.context]
    cluster = invocation[.cluster]
    user = invocation[.user]
    server = invocation[.server]
    token = invocation[.token]
    certificateAuthority = invocation[.certificateAuthority]
    clientCertificate = invocation[.clientCertificate]
    clientKey = invocation[.clientKey]
    insecureSkipTLSVerify = invocation[.insecure].map { $0 == "true" }
    tlsServerName = invocation[.tlsServerName]
    impersonatedUser = invocation[.asUser]
    impersonatedGroups = invocation.all(.asGroup)
    impersonatedUID = invocation[.asUID]
    for pair in invocation.all(.asUserExtra) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      impersonatedExtra[parts[0], default: []].append(parts[1])
    }
    username = invocation[.username]
    password = invocation[.password]
    namespace = invocation[.namespace]
    disableCompression = invocation.has(.disableCompression)
    requestTimeout = invocation[.requestTimeout].flatMap(Invocation.seconds)
    if isatty(STDIN_FILENO) == 1 { terminal = .process }
  }
}
