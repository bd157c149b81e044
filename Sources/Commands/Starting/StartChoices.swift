import Client
package import Platform

/// The clusters to choose from if the command line and the configuration name none.
package struct StartChoices: Hashable, Sendable {
  /// A cluster that is known by name, and the arguments that open it.
  package struct Known: Hashable, Sendable {
    package let name: String
    /// The file that has it, and other remarks.
    package let remark: Sentence
    package let arguments: [String]
  }

  /// The contexts and profiles that are configured.
  package let known: [Known]
  /// Why the user must choose.
  package let reason: Sentence
  /// The arguments of the command line.
  package let arguments: [String]

  /// `nil` if something names a cluster, or a configuration file has a mistake.
  init?(_ arguments: Arguments, _ words: [String], _ environment: Environment) {
    let naming: [Option] = [.kubeconfig, .context, .cluster, .user, .server, .profile, .memberCluster, .standalone]
    guard !naming.contains(where: { arguments[$0] != nil }),
      let profiles = try? ProfileFile(environment, nil).profiles(), profiles.current == nil,
      let config = try? Kubeconfig(explicit: nil, environment: environment), config.currentContext == nil,
      (try? Kubeconfig.load(KubeconfigOptions(arguments), environment: environment)) == nil
    else { return nil }
    let contexts = config.contexts.sorted { $0.name < $1.name }.map { context in
      Known(
        name: context.name, remark: "context, \(config.server(of: context))", arguments: ["--context", context.name])
    }
    known =
      profiles.all.map { Known(name: $0.name, remark: "profile", arguments: ["--profile", $0.name]) } + contexts
    reason = contexts.isEmpty ? "There is no kubeconfig here." : "The kubeconfig has no current context."
    self.arguments = words
  }

  /// Logs `user` in at `gateway` as `ksx login` does, which keeps a profile.
  ///
  /// Returns the arguments that then open the console, or why the login failed.
  package func logIn(
    gateway: String, user: String, password: String, environment: Environment = .current
  ) async -> Result<[String], LoginFailure> {
    let url = LoggingIn.address(gateway)
    let name = Profile.Gateway.name(for: url)
    let words = ["login", "--gateway", url, "--username", user, "--profile", name, "--password-stdin"]
    let outlet = Outlet(print: { _ in }, note: { _ in }, input: { () throws(CommandError) in password })
    do throws(CommandError) {
      _ = try await Program.obey(try Arguments.parse(words), words: words, environment, outlet)
      return .success(arguments + ["--profile", name])
    } catch {
      return .failure(LoginFailure(sentence: error.words))
    }
  }
}

/// Why a login on the first screen failed.
package struct LoginFailure: Error, Hashable, Sendable {
  package let sentence: Sentence
}
