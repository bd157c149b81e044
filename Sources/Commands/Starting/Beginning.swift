import Client
import Platform

/// Where the console can begin when nothing says which cluster is meant.
package struct Beginning: Hashable, Sendable {
  /// A cluster that is known by name, and what the command line needs to open it.
  package struct Known: Hashable, Sendable {
    package let name: String
    /// The file it stands in, and what else there is to say.
    package let remark: String
    package let arguments: [String]
  }

  /// The contexts and profiles there are.
  package let known: [Known]
  /// Why there is a choice to be made.
  package let reason: String
  /// What the command line had besides.
  package let arguments: [String]

  /// `nil` where something says which cluster is meant, or what should say so has a mistake.
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

  /// The command lines that log `user` in at `gateway`, and that open the console there.
  package func login(gateway: String, user: String) -> (login: [String], open: [String]) {
    let url = LoggingIn.address(gateway)
    let name = Profile.Gateway.name(for: url)
    return (
      ["login", "--gateway", url, "--username", user, "--profile", name], arguments + ["--profile", name]
    )
  }
}
