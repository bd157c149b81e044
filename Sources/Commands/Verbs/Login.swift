import Client
import Glibc
import KubernetesAPI
import Platform

extension Verb {
  static let login = Verb(
    "login", "Log in to a gateway, and keep it as a profile", options: [.gateway, .username, .passwordStdin],
    notes: [
      "The first time it needs --gateway; the profile is called after its host, or as --profile says. With",
      "--kubeconfig or --context the profile gets the Kubernetes way as well. The password is asked for, or read",
      "with --password-stdin, and kept nowhere; the tokens lie in a file of the state directory that only you can read.",
    ], as: LogIn.self)

  static let logout = Verb(
    "logout", "Forget the login of a profile, here and at the gateway", as: LogOut.self)
}

struct LogIn: Command {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ context: Context) async throws(CommandError) {
    try await LoggingIn(arguments, context.environment, context.outlet).logIn()
  }
}

struct LogOut: Command {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ context: Context) async throws(CommandError) {
    try await LoggingIn(arguments, context.environment, context.outlet).logOut()
  }
}

/// The common part of `ksx login` and `ksx logout`.
///
/// The password is sent to the gateway and not stored. The client stores the tokens in a file that only its owner may
/// read.
struct LoggingIn {
  let arguments: Arguments
  let file: ProfileFile
  let outlet: Outlet

  init(_ arguments: Arguments, _ environment: Environment, _ outlet: Outlet) {
    self.arguments = arguments
    file = ProfileFile(environment, outlet)
    self.outlet = outlet
  }

  /// Logs in, checks that the gateway accepts the token, and stores the profile if it is new.
  func logIn() async throws(CommandError) {
    try refuseUselessOptions()
    let (profile, text) = try target()
    let opened = try open(profile)
    guard let session = opened.session, let gateway = opened.gateway else { throw noLogin(profile) }
    let user = try user(of: profile)
    warn(profile)
    let password = try password(of: user)
    try await mappingErrors { () throws(GatewayError) in try await session.login(user: user, password: password) }
    do throws(CommandError) {
      try await check(gateway, session, profile)
      if let text { try file.write(text) }
    } catch {
      try? await session.logout()
      throw error
    }
    outlet.print("logged in to \(profile.gateway?.url ?? "") as \(user)")
    if text != nil { try announceNew(profile) }
  }

  /// Deletes the tokens, and revokes them at the gateway.
  func logOut() async throws(CommandError) {
    guard let profile = try file.profile(arguments[.profile]) else {
      throw CommandError("there is no current profile; say which: ksx logout --profile NAME")
    }
    guard let session = try open(profile).session else { throw noLogin(profile) }
    let wasLoggedIn = await session.isLoggedIn
    do throws(GatewayError) {
      try await session.logout()
    } catch {
      guard case .notRevoked = error else { throw CommandError(error.description) }
      outlet.note("note: \(error)")
    }
    outlet.print(wasLoggedIn ? "logged out of \(profile.name)" : "there was no login to \(profile.name)")
  }

  private func refuseUselessOptions() throws(CommandError) {
    if arguments[.password] != nil {
      throw CommandError(
        "a password on the command line can be read by every user of this computer; leave --password out to be asked, "
          + "or use --password-stdin")
    }
    for option in [Option.server, .cluster, .user, .token, .standalone] where arguments[option] != nil {
      throw CommandError("--\(option.rawValue) does not go with ksx login, which takes --gateway URL")
    }
  }

  private func open(_ profile: Profile) throws(CommandError) -> OpenProfile {
    var (profile, profileEnvironment) = (profile, ProfileEnvironment())
    // A login needs only the gateway, so the profile's settings for Kubernetes are ignored.
    if profile.gateway?.url != nil { profile.kubernetes = nil }
    profileEnvironment.environment = file.environment
    // Credentials are not taken from the command line here, only connection options.
    var options = KubeconfigOptions(arguments)
    (options.username, options.password) = (nil, nil)
    if profile.kubernetes != nil { options = options.withoutClusterAndCredentials }
    profileEnvironment.options = options
    return try ProfileFile.reading { () throws(ProfileError) in try profile.open(profileEnvironment) }
  }

  /// The profile to log in to.
  ///
  /// For a new profile, also the new text of the settings file; it is made first, because errors in it would make the
  /// password useless.
  private func target() throws(CommandError) -> (Profile, String?) {
    let profiles = try file.profiles()
    guard let given = arguments[.gateway] else { return (try existing(in: profiles), nil) }
    let url = Self.address(given)
    if let problem = Profile.Gateway.problem(with: url) { throw CommandError(problem) }
    let matching = profiles.all.filter { $0.gateway?.url.map(Self.address) == url }
    let known = matching.first { $0.name == profiles.current } ?? matching.first
    let name = arguments[.profile] ?? known?.name ?? Profile.Gateway.name(for: url)
    if let profile = profiles.all.first(where: { $0.name == name }) {
      guard profile.gateway?.url.map(Self.address) == url else {
        throw CommandError(
          "the profile \(name) leads elsewhere (\(profile.gateway?.url ?? "it has no gateway url")); choose another name with --profile, or change it in \(file.path)"
        )
      }
      try refuseChanges(to: profile)
      return (profile, nil)
    }
    let profile = try new(name, at: url)
    let before = try file.text()
    let text = try ProfileFile.reading { () throws(ProfileError) in
      try Profiles.adding(profile, to: before, file: file.path, environment: file.environment)
    }
    return (profile, text)
  }

  /// The profile of `--profile`, or the current one.
  private func existing(in profiles: Profiles) throws(CommandError) -> Profile {
    if let name = arguments[.profile], !profiles.all.contains(where: { $0.name == name }) {
      throw CommandError("there is no profile \(name); make it with ksx login --profile NAME --gateway URL")
    }
    guard let profile = try file.profile(arguments[.profile]) else {
      throw CommandError("say where to log in: ksx login --gateway URL")
    }
    try refuseChanges(to: profile)
    return profile
  }

  /// ksx adds profiles to the settings file, but does not change them; the user must do that.
  private func refuseChanges(to profile: Profile) throws(CommandError) {
    let shaping: [Option] = [.kubeconfig, .context, .memberCluster, .certificateAuthority, .insecure]
    guard let option = shaping.first(where: { arguments[$0] != nil }) else { return }
    throw CommandError(
      "--\(option.rawValue) belongs to a new profile, and \(profile.name) is there already; change it in \(file.path), or name another with --profile"
    )
  }

  private func new(_ name: String, at url: String) throws(CommandError) -> Profile {
    var gateway = Profile.Gateway(url: url)
    gateway.cluster = arguments[.memberCluster]
    gateway.user = arguments[.username]
    gateway.certificateAuthority = arguments[.certificateAuthority].map(Self.absolute)
    gateway.isInsecure = arguments.has(.insecure)
    var profile = Profile(name: name, gateway: gateway)
    if arguments[.kubeconfig] != nil || arguments[.context] != nil {
      profile.kubernetes = Profile.Kubernetes(
        kubeconfig: arguments[.kubeconfig].map(Self.absolute), context: arguments[.context])
    }
    return profile
  }

  private func noLogin(_ profile: Profile) -> CommandError {
    let why =
      profile.gateway == nil
      ? "has no gateway; add one in \(file.path)"
      : profile.gateway?.url == nil
        ? "reaches its gateway through the API server, which takes no login along"
        : "takes its token from a file"
    return CommandError("the profile \(profile.name) \(why)")
  }

  private func user(of profile: Profile) throws(CommandError) -> String {
    if let user = arguments[.username] ?? profile.gateway?.user, !user.isEmpty { return user }
    guard !arguments.has(.passwordStdin), let ask = outlet.ask else {
      throw CommandError("say who logs in: --username NAME")
    }
    let user = (ask("User name: ") ?? "").split(separator: " ").joined(separator: " ")
    if user.isEmpty { throw CommandError("not logged in: the user name is empty") }
    return user
  }

  /// KubeSphere's gateway serves http by default, so an unencrypted connection is only warned about.
  private func warn(_ profile: Profile) {
    guard let url = profile.gateway?.url, Connection(server: url).isUnencrypted else { return }
    outlet.note("note: the password goes to \(url) unencrypted and can be read on the way; https:// keeps it secret")
  }

  private func password(of user: String) throws(CommandError) -> String {
    var password: String
    if arguments.has(.passwordStdin) {
      guard let text = try outlet.input() else {
        throw CommandError("--password-stdin reads the password from a pipe or a file, not from a terminal")
      }
      // Drops one newline, which a shell or a Windows editor may have added; `\r\n` is one character in Swift.
      password = text.last.map { ["\n", "\r\n", "\r"].contains($0) } == true ? String(text.dropLast()) : text
    } else {
      guard let ask = outlet.askSecretly else {
        throw CommandError("there is no terminal to ask for the password; use --password-stdin")
      }
      password = ask("Password of \(user): ") ?? ""
    }
    if password.isEmpty { throw CommandError("not logged in: the password is empty") }
    return password
  }

  /// A gateway that issues a token may still refuse it, or not let this user read anything.
  private func check(_ gateway: GatewayAPI, _ session: GatewaySession, _ profile: Profile) async throws(CommandError) {
    do throws(ClusterError) {
      _ = try await gateway.api.document("/apis/kubesphere.io/v1alpha1/extensions?limit=1")
    } catch {
      let sentence = error.sentence(for: "looking for extensions", at: profile.gateway?.url ?? "")
      if case .refused(let status) = error, [401, 400, 511].contains(status.code) {
        throw CommandError(sentence)
      }
      outlet.note("note: \(sentence)")
    }
  }

  private func announceNew(_ profile: Profile) throws(CommandError) {
    let current = try file.profiles().current
    let use =
      current == profile.name
      ? "it is the current one: ksx goes there when nothing else is said"
      : "use it with --profile \(profile.name), or make it the current one: ksx contexts use \(profile.name)"
    outlet.print(["the profile \(profile.name) is kept in \(file.path)", use])
  }

  private func mappingErrors(_ body: () async throws(GatewayError) -> Void) async throws(CommandError) {
    do throws(GatewayError) {
      try await body()
    } catch {
      throw CommandError(error.sentence)
    }
  }

  /// Adds `https://` to a host, and removes slashes at the end.
  static func address(_ given: String) -> String {
    var url = given.containsText("://") ? given : "https://" + given
    while url.hasSuffix("/") { url.removeLast() }
    return url
  }

  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    return Files.path(path, in: String(cString: directory))
  }
}

extension KubeconfigOptions {
  /// These options without those that select a cluster or have credentials.
  fileprivate var withoutClusterAndCredentials: KubeconfigOptions {
    var options = KubeconfigOptions()
    options.requestTimeout = requestTimeout
    options.disableCompression = disableCompression
    options.terminal = terminal
    return options
  }
}
