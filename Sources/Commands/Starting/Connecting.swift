import Client
import Extensions
import Glibc
import Operations
import Platform

extension ClusterSession {
  /// Opens the cluster that the command line names; with `--standalone`, starts the backend if it is not running.
  static func find(_ arguments: Arguments, _ environment: Environment, _ outlet: Outlet) async throws(CommandError)
    -> ClusterSession
  {
    var session: ClusterSession
    let isConsole = arguments.verb == .console
    if let profile = try ProfileFile(environment, isConsole ? nil : outlet).chosen(arguments) {
      session = try opened(profile, arguments, environment, outlet)
    } else if arguments.has(.standalone) {
      session = try await standalone(arguments, environment, outlet)
    } else {
      session = try remote(arguments, environment)
    }
    if !isConsole { outlet.note(session.status.warnings.map { "note: \($0)" }) }
    session.status.isReadOnly = arguments.has(.readOnly)
    session.status.person = environment.person
    session.dialect = arguments[.dialect].flatMap(Dialect.Name.init(rawValue:)).map { Dialect($0) }
    session.supervise(by: supervision(session.status, environment, outlet))
    return session
  }

  /// The guardrails of this computer and of the user, and the journal.
  private static func supervision(_ status: Status, _ environment: Environment, _ outlet: Outlet) -> Supervision {
    let directories = XDG(environment)
    let guardrails = Guardrails.load(user: directories.config + "/config.yaml")
    var supervision = Supervision(
      guardrails, scope: .init(context: status.cluster, server: status.server),
      journal: Journal(folder: directories.state))
    supervision.person = status.person
    let isReported = Locked(false)
    supervision.whenNotRecorded = { error in
      let isFirst = isReported.withLock { isReported in
        defer { isReported = true }
        return !isReported
      }
      if isFirst { outlet.note("note: this could not be written into the journal: \(error)") }
    }
    return supervision
  }

  /// Opens a profile; a command prints a note when it must use the second of two connections.
  private static func opened(
    _ profile: Profile, _ arguments: Arguments, _ environment: Environment, _ outlet: Outlet
  ) throws(CommandError) -> ClusterSession {
    var profileEnvironment = ProfileEnvironment()
    profileEnvironment.environment = environment
    profileEnvironment.options = KubeconfigOptions(arguments)
    // The console shows it itself.
    if arguments.verb != .console { profileEnvironment.onChange = { outlet.note("note: \($0.sentence)") } }
    let opened = try ProfileFile.reading { () throws(ProfileError) in try profile.open(profileEnvironment) }
    return ClusterSession(opened, status(of: profile, opened, arguments))
  }

  private static func status(of profile: Profile, _ opened: OpenProfile, _ arguments: Arguments) -> Status {
    // If a member cluster is reached through the gateway alone, its name is part of the identity.
    let member = opened.fallback == nil && opened.gateway != nil ? profile.gateway?.cluster : nil
    var status = Status(
      cluster: member.map { "\(profile.name)/\($0)" } ?? profile.name, server: opened.server,
      identity: opened.server + (member.map { "/clusters/\($0)" } ?? ""))
    status.user = arguments[.asUser] ?? ""
    if status.user.isEmpty, opened.context == nil { status.user = arguments[.username] ?? profile.gateway?.user ?? "" }
    (status.userEntry, status.asksForUser) = (opened.context?.user ?? "", opened.context != nil)
    status.ownFlags =
      ["--profile", profile.name] + (arguments[.memberCluster].map { ["--member-cluster", $0] } ?? [])
    if let context = opened.context {
      status.warnings = context.warnings
      status.kubectlFlags = kubectlFlags(arguments, context)
      status.kubectlAbsence = Self.absence(of: context)
      if let path = profile.kubernetes?.kubeconfig { status.kubectlFlags += ["--kubeconfig", path] }
    } else {
      status.kubectlFlags = ["--server", status.identity]
      status.kubectlAbsence = KubectlAbsence.gateway
    }
    status.kubectlAbsence = status.kubectlAbsence ?? kubectlAbsence(arguments)
    return status
  }

  /// Opens a cluster of the kubeconfig, which is found as kubectl finds it.
  private static func remote(
    _ arguments: Arguments, _ environment: Environment
  ) throws(CommandError) -> ClusterSession {
    let context: ClusterContext
    do {
      context = try Kubeconfig.load(KubeconfigOptions(arguments), environment: environment)
    } catch {
      throw CommandError(error)
    }
    let names = [context.name, context.cluster].filter { !$0.isEmpty }
    var status = Status(cluster: names.first ?? context.server, server: context.server)
    status.isInsecure = context.isInsecure
    status.warnings = context.warnings
    status.user = arguments[.asUser] ?? ""
    (status.userEntry, status.asksForUser) = (context.user, true)
    status.kubectlFlags = kubectlFlags(arguments, context)
    status.kubectlAbsence = absence(of: context) ?? kubectlAbsence(arguments)
    return ClusterSession(status, cluster: context.api)
  }

  /// Why kubectl cannot connect as ksx does.
  private static func absence(of context: ClusterContext) -> Sentence? {
    if context.server.hasPrefix("unix:") { return KubectlAbsence.socket }
    guard context.server.hasPrefix("http:"), context.connection.credentials != nil else { return nil }
    return KubectlAbsence.plainHTTP
  }

  /// The flags that kubectl needs to reach the same cluster; the context is explicit, and tokens are left out.
  private static func kubectlFlags(_ arguments: Arguments, _ context: ClusterContext) -> [String] {
    let kept: [Option] = [
      .kubeconfig, .cluster, .user, .server, .certificateAuthority, .clientCertificate, .clientKey, .tlsServerName,
      .asUser, .asGroup, .asUID,
    ]
    let flags = kept.flatMap { option in
      // The URL may contain a password; the displayed server does not.
      arguments.all(option).flatMap { ["--\(option.rawValue)", option == .server ? context.server : $0] }
    }
    return flags + (context.name.isEmpty ? [] : ["--context", context.name])
      + (arguments.has(.insecure) ? ["--\(Option.insecure.rawValue)"] : [])
  }

  /// Why there is no kubectl command: it would show a secret of the command line.
  private static func kubectlAbsence(_ arguments: Arguments) -> Sentence? {
    let secrets = [Option.token, .username, .password, .asUserExtra].filter { arguments[$0] != nil }
    guard let secret = secrets.first else { return nil }
    return KubectlAbsence.secret(secret.rawValue)
  }

  private static func standalone(
    _ arguments: Arguments, _ environment: Environment, _ outlet: Outlet
  ) async throws(CommandError) -> ClusterSession {
    for option in [Option.kubeconfig, .context, .server] where arguments[option] != nil {
      throw CommandError("--standalone and --\(option.rawValue) name two clusters; leave one of them out")
    }
    var backend = Standalone(environment)
    backend.dialect = arguments[.dialect]
    // The console shows extensions as they appear; a command reads them once.
    backend.waitsForMarketplace = arguments.verb != .console
    try await backend.attach(outlet)
    var status = Status(cluster: "standalone", server: backend.server)
    status.kubectlAbsence = KubectlAbsence.standalone
    status.isRestartable = true
    var session = ClusterSession(status, cluster: backend.cluster)
    session.restart = { [backend] in
      do throws(CommandError) {
        try await backend.attach(outlet)
        return nil
      } catch {
        return error.words
      }
    }
    return session
  }
}

extension KubeconfigOptions {
  init(_ arguments: Arguments) {
    self.init()
    kubeconfig = arguments[.kubeconfig]
    context = arguments[.context]
    cluster = arguments[.cluster]
    user = arguments[.user]
    server = arguments[.server]
    token = arguments[.token]
    certificateAuthority = arguments[.certificateAuthority]
    clientCertificate = arguments[.clientCertificate]
    clientKey = arguments[.clientKey]
    insecureSkipTLSVerify = arguments[.insecure].map { $0 == "true" }
    tlsServerName = arguments[.tlsServerName]
    impersonatedUser = arguments[.asUser]
    impersonatedGroups = arguments.all(.asGroup)
    impersonatedUID = arguments[.asUID]
    for pair in arguments.all(.asUserExtra) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      impersonatedExtra[parts[0], default: []].append(parts[1])
    }
    username = arguments[.username]
    password = arguments[.password]
    namespace = arguments[.namespace]
    disableCompression = arguments.has(.disableCompression)
    requestTimeout = arguments.seconds(.requestTimeout)
    if isatty(STDIN_FILENO) == 1 { terminal = .process }
  }
}
