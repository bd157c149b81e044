/// Everything `ksx` does when it is not a console.
///
/// Parsing, help and completion all read this table; there is no other list of commands.
package enum Verb: String, CaseIterable, Sendable {
  case console = ""
  case list, get, versions
  case install, upgrade, rollback, enable, disable, place, uninstall
  case configGet = "config get"
  case configSet = "config set"
  case login, logout, contexts
  case contextsUse = "contexts use"
  case compare
  case version, help, completion

  /// What it does, in one line.
  var summary: String {
    switch self {
    case .console: "Open the console"
    case .list: "List the extensions of the marketplace and how they stand"
    case .get: "Show one extension and its installation"
    case .versions: "List the versions of an extension"
    case .install: "Install an extension"
    case .upgrade: "Upgrade an extension to a newer version"
    case .rollback: "Go back to an earlier version with the config it had"
    case .enable: "Let an installed extension serve its APIs and pages again"
    case .disable: "Take an extension's APIs and pages away; its workloads keep running"
    case .place: "Say in which member clusters an extension runs its agents"
    case .uninstall: "Uninstall an extension"
    case .configGet: "Print the config of an installed extension, byte for byte"
    case .configSet: "Replace the config of an installed extension"
    case .login: "Log in to a gateway, and keep it as a profile"
    case .logout: "Forget the login of a profile, here and at the gateway"
    case .contexts: "List profiles and the kubeconfig's contexts: ways, server, login"
    case .contextsUse: "Make a profile the current one"
    case .compare: "Show where the two ways to a cluster disagree"
    case .version: "Print the version of ksx and of the server"
    case .help: "Explain a command"
    case .completion: "Print a completion script for bash or zsh"
    }
  }

  /// The operands it takes; one in brackets may be left out.
  var operands: [String] {
    switch self {
    case .list: ["[TEXT]"]
    case .console, .version, .login, .logout, .contexts, .compare: []
    case .help: ["[COMMAND]"]
    case .completion: ["bash|zsh"]
    default: ["NAME"]
    }
  }

  /// The options that go with it, besides those that say which cluster.
  var options: [Option] {
    switch self {
    case .console, .help, .completion, .logout, .contextsUse: []
    case .list, .get, .versions, .contexts, .compare: [.output]
    case .login: [.gateway, .passwordStdin]
    case .install: [.version, .config] + Self.changing
    case .upgrade, .rollback: [.version] + Self.changing
    case .enable, .disable: [.now] + Self.changing
    case .place: [.clusters] + Self.changing
    case .uninstall: [.force] + Self.changing
    case .configGet: []
    case .configSet: [.config] + Self.changing
    case .version: [.output]
    }
  }

  /// What a person should know beyond the summary.
  var notes: [String] {
    switch self {
    case .enable, .disable:
      [
        "With --now the change is a single request straight to the Kubernetes API: nothing is listed or",
        "asked first, so it works while the gateway or the console of the cluster is down.",
      ]
    case .install, .upgrade:
      ["Without --version it takes the version the cluster recommends, else the newest release."]
    case .rollback:
      ["Without --version it goes back to what ksx last saw there before a change."]
    case .place:
      ["The clusters named are all it has: agents anywhere else are removed. --clusters= removes every agent."]
    case .uninstall:
      [
        "With --force hooks do not run, and what the release leaves behind keeps running: for what an",
        "ordinary uninstall could not remove.",
      ]
    case .list:
      [
        "With TEXT only those with it in their name or displayed name. Where a gateway is the only way, it searches the",
        "displayed names itself, so that a large marketplace need not be sent.",
      ]
    case .login:
      [
        "The first time it needs --gateway; the profile is called after its host, or as --profile says. With",
        "--kubeconfig or --context the profile gets the Kubernetes way as well. The password is asked for, or read",
        "with --password-stdin, and kept nowhere; the tokens lie in a file of the state directory that only you can read.",
      ]
    case .contextsUse:
      ["Only config.yaml is written, never a kubeconfig. To have no current profile remove its line there."]
    case .compare:
      ["It ends with 1 when they disagree."]
    case .configSet:
      ["Without --config it reads the new config from the standard input."]
    default: []
    }
  }

  /// Whether it changes the cluster.
  var isChange: Bool { options.contains(.dryRun) }

  private static let changing: [Option] = [.yes, .dryRun, .wait, .timeout, .output]
}
