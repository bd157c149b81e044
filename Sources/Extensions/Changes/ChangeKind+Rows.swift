import Platform

// The table of changes.
extension ChangeKind {
  /// The texts and requirements of this kind.
  package var row: ChangeRow {
    guard let row = Self.rows[self] else { fatalError("\(self) has no row in the table of changes") }
    return row
  }

  private static let rows: [ChangeKind: ChangeRow] = [
    .install: ChangeRow(
      verb: "install", words: "install {version}", title: "Install {name} {version}",
      progressive: "installing {version}", accepted: "being installed, version {version}", past: "installed {version}",
      summary: "Plan to install the extension",
      command: .init(
        name: "install", summary: "Install an extension", options: ["version", "config", "target-namespace"],
        notes: newestNote + namespaceNote),
      feature: .install, write: .create, reads: [.extension, .versions, .server], choice: .version(.offered),
      question: "Install which version of {name}?",
      effects: [
        .init(.added, "{kind} {name}, version {version}, enabled"), .init(.added, "namespace {namespace}"),
        .init(.added, "helm release {release}"), .init(.added, "its APIs and pages, once it is Installed"),
      ]),
    .upgrade: ChangeRow(
      verb: "upgrade", words: "upgrade to {version}", title: "Upgrade {name} to {version}",
      progressive: "upgrading to {version}", accepted: "being upgraded to version {version}",
      past: "upgraded to {version}", summary: "Plan to upgrade it to a newer version",
      command: .init(
        name: "upgrade", summary: "Upgrade an extension to a newer version", options: ["version"], notes: newestNote),
      feature: .upgrade, write: .patch, reads: [.versions, .server, .dependants], choice: .version(.newer),
      question: "Upgrade {name} to which version?"),
    .rollBack: ChangeRow(
      verb: "roll back", words: "roll back to {version}", title: "Roll {name} back to {version}",
      progressive: "rolling back to {version}", accepted: "going back to version {version}",
      past: "rolled back to {version}", summary: "Plan to go back to an earlier version and its config",
      command: .init(
        name: "rollback", summary: "Go back to an earlier version with the config it had",
        options: ["version", "config"],
        notes: [
          "Without --version and --config it goes back to the newest release that is known to have reached Installed.",
          "--config takes the digest of an earlier config, or its beginning: ksx config history NAME lists them.",
        ]),
      feature: .upgrade, write: .patch, reads: [.versions, .server, .dependants], choice: .version(.former),
      question: "Roll {name} back to which version?"),
    .enable: ChangeRow(
      verb: "enable", words: "enable", title: "Enable {name}", progressive: "enabling", accepted: "enabled",
      past: "enabled", summary: "Plan to enable it",
      command: .init(
        name: "enable", summary: "Let an installed extension serve its APIs and pages again", options: ["now"],
        notes: nowNote),
      feature: .enable, write: .patch, reads: [], enables: true, keepsWayBack: false, whileBusy: onceInstalled,
      waitsForInstalled: true,
      effects: [
        .init(.changed, "enabled: no → yes"), .init(.added, "its APIs answer again"),
        .init(.added, "its pages come back to the console"),
      ]),
    .disable: ChangeRow(
      verb: "disable", words: "disable", title: "Disable {name}", progressive: "disabling", accepted: "disabled",
      past: "disabled", summary: "Plan to disable it",
      command: .init(
        name: "disable", summary: "Take an extension's APIs and pages away; its workloads keep running",
        options: ["now", "climb"], notes: nowNote + ladderNote),
      feature: .enable, write: .patch, reads: [.dependants], enables: false, keepsWayBack: false,
      dependantWarning: "{other} needs {name} and will miss it when it is disabled",
      whileBusy: onceInstalled + ". ksx disable --now takes it out of service before that",
      waitsForInstalled: true,
      effects: [
        .init(.changed, "enabled: yes → no"), .init(.removed, "its APIs answer 503"),
        .init(.removed, "its pages vanish from the console"),
        .init(.note, "its workloads in namespace {namespace} keep running, and its data stays"),
      ]),
    .configure: ChangeRow(
      verb: "configure", words: "configure", title: "Configure {name}", progressive: "configuring",
      accepted: "config replaced", past: "has the new config", summary: "Edit its config",
      command: .init(
        name: "config set", summary: "Set keys in the config of an installed extension, or replace all of it",
        operands: ["[KEY=VALUE…]"], options: ["string", "yaml", "config", "empty"],
        notes: [
          "With KEY=VALUE, such as web.hosts[0]=a.example, everything that is not named stays byte for byte: comments, order,",
          "blank lines. A word is read as helm's --set reads it: a=1,b.c=2 are two pairs, a backslash keeps the character after it",
          "(a\\.b=x\\,y), true, false, null and whole numbers are those, {a,b} is a list, all else a text, 1.10 and yes too. A key",
          "may stand in quotes: annotations.\"a.example/b\"=c. With --string all are texts; with --yaml each word is one pair, whose",
          "value is YAML. Without KEY=VALUE it replaces all, and without --config reads the new config from the standard input. A",
          "blank one is refused: an empty config is asked for with --empty.",
        ]),
      feature: .configure, write: .patch, reads: [], choice: .config),
    .place: ChangeRow(
      verb: "place", words: "place agents on {clusters}", title: "Place agents of {name} on {clusters}",
      progressive: "placing agents on {clusters}", accepted: "agents placed", past: "has its agents placed",
      command: .init(
        name: "place", summary: "Say in which member clusters an extension runs its agents", options: ["clusters"],
        notes: ["The clusters named are all it has: agents anywhere else are removed. --clusters= removes every agent."]
      ),
      feature: .clusterScheduling, write: .patch, reads: [.versions, .clusters], choice: .clusters),
    .removeAgents: ChangeRow(
      verb: "remove agents", words: "remove agents", title: "Remove the agents of {name}",
      progressive: "removing agents", accepted: "agents being removed", past: "has no agents any more",
      feature: .clusterScheduling, write: .patch, reads: [], choice: .clusters),
    .retry: ChangeRow(
      verb: "retry", words: "retry", title: "Retry {name}", progressive: "trying again", accepted: "being tried again",
      past: "tried again, and done", summary: "Plan to try again what failed",
      command: .init(
        name: "retry", summary: "Have a failed install, upgrade or uninstall tried again", options: [],
        notes: [
          "Version and config stay as they are, comments and all: what is written asks the controllers for another try,",
          "so there is nothing to undo. What is Installed is applied once more.",
        ]),
      feature: .retry, write: .patch, reads: [], triesAgain: true, keepsWayBack: false),
    .uninstall: ChangeRow(
      verb: "uninstall", words: "uninstall", title: "Uninstall {name}", progressive: "uninstalling",
      accepted: "being uninstalled", past: "uninstalled", summary: "Plan to uninstall it",
      command: .init(
        name: "uninstall", summary: "Uninstall an extension", options: ["force"],
        notes: [
          "With --force hooks do not run, and what the release leaves behind keeps running: for what an",
          "ordinary uninstall could not remove.",
        ]),
      feature: .install, write: .delete, reads: [.versions, .dependants], removes: true, requiresTypedName: true,
      dependantWarning: "{other} needs {name} and will miss it when it is gone",
      whileBusy: "an uninstall now interrupts that. Wait for it to end if you can",
      effects: [
        .init(.removed, "{kind} {object}"),
        .init(.removed, "helm release {release} with its workloads in namespace {namespace}"),
        .init(.removed, "its APIs and pages"), .init(.note, whatStays),
      ]),
    /// Acts in the host cluster only, without hooks and without waiting for dependents (docs/KUBESPHERE.md: Changes).
    .forceDelete: ChangeRow(
      verb: "force delete", words: "force delete", title: "Force delete {name}", progressive: "removing by force",
      accepted: "being removed by force", past: "removed by force",
      summary: "Plan to remove what cannot be uninstalled, without its hooks",
      feature: .forceDelete, write: .delete, needsForceAnnotation: true, reads: [.versions, .dependants], removes: true,
      requiresTypedName: true, dependantWarning: "{other} needs {name} and will miss it when it is gone",
      effects: [
        .init(.removed, "{kind} {object}"),
        .init(.removed, "helm release {release} in namespace {namespace}, without its hooks"),
        .init(
          .note,
          "its pods and all other objects that its objects own stay behind in namespace {namespace} and keep running"),
        .init(.note, "agents in member clusters are uninstalled the ordinary way first, and can still hold it up"),
        .init(.note, whatStays),
      ]),
  ]

  private static let onceInstalled = "this takes effect once it is Installed"
  private static let whatStays: Sentence =
    "namespace {namespace}, CRDs and their objects, and the roles made for it stay"
  private static let newestNote = [
    "Without --version it takes the version the cluster recommends, else the newest release."
  ]
  private static let namespaceNote = [
    "--target-namespace says where it goes, for good, on clusters that leave that to the user; otherwise it is",
    "extension-NAME. --namespace is the context's, and says nothing of it.",
  ]
  private static let ladderNote = [
    "Where the switch changes nothing, because the last upgrade failed or the controllers are down, --now marks what the",
    "extension serves as Disabled itself. --climb goes further, and says what each rung reaches: objects deletes what is",
    "served, workloads stops the pods, webhooks deletes the extension's own admission webhooks. What was there is kept in",
    "the cluster and here before it is changed, and ksx enable brings all of it back.",
  ]
  private static let nowNote = [
    "With --now the change is a single request straight to the Kubernetes API: nothing is listed or",
    "asked first, so it works while the gateway or the console of the cluster is down.",
  ]
}
