/// A kind of change to an installation.
///
/// All that is said of a kind and asked for it stands in its row, and so does how it is written. A new kind is a case
/// and a row: plans, writes, keys, the palette, help, commands and messages read the rows.
package enum ChangeKind: String, CaseIterable, Sendable {
  case install, upgrade
  case rollBack = "roll-back"
  case enable, disable, configure, place
  case removeAgents = "remove-agents"
  case retry
  case uninstall
  case forceDelete = "force-delete"
}

/// One row of the table of changes.
///
/// In its texts `{name}`, `{version}` and `{clusters}` stand for what a change is about.
package struct ChangeRow: Hashable, Sendable {
  /// The verb without a version: `roll back`.
  package var verb: String
  /// What is to be done: `roll back to {version}`.
  package var words: String
  /// A heading: `Roll {name} back to {version}`.
  package var title: String
  /// While it is under way: `rolling back to {version}`.
  package var progressive: String
  /// Once the cluster has agreed: `going back to version {version}`.
  package var accepted: String
  /// Once it is done: `rolled back to {version}`.
  package var past: String

  /// What a key in the console does; `nil` where the console has none.
  package var summary: String?
  /// The command; `nil` where a kind is reached by an option of another's command.
  package var command: Command?

  /// What a cluster must have to carry it out.
  package var feature: Feature
  /// What is written; its fields are those that a change of this kind sets.
  package var write: WriteVerb
  /// The mark of a removal by force is written first.
  package var annotatesFirst = false
  /// What a plan reads besides what is installed.
  package var reads: Set<PlanSource>
  /// What must be chosen first.
  package var choice: Choice?
  /// Asks for the version, where one must be chosen.
  package var question = ""
  /// The switch it sets.
  package var enables: Bool?
  /// It takes the extension away.
  package var removes = false
  /// It has the controllers try again what is asked for already: a patch of the status, not of the spec.
  package var triesAgain = false
  /// It destroys: the extension's name is typed to confirm it.
  package var asksTheName = false
  /// What was there before is kept as a way back.
  package var keepsWayBack = true
  /// What is said of those that need it; `nil` where they do not notice.
  package var missedAs: String?
  /// Said while the installation is busy with something else.
  package var whileBusy = "this is taken up only when that has ended. Wait for it if you can"
  /// Said also when the installation has failed.
  package var waitsForInstalled = false
  /// What is different afterwards, besides version, config and placement.
  package var effects: [Plan.Effect] = []

  /// What a user chooses before there is a plan.
  package enum Choice: Hashable, Sendable {
    case version(Versions)
    case config, clusters
  }

  /// Which versions there are to choose from.
  package enum Versions: Hashable, Sendable {
    /// All that the cluster offers, for a new installation.
    case offered
    /// Those after the present one.
    case newer
    /// What was there before with its config, and what is offered and older.
    case former
  }

  /// The write to the installation, by the verb that the user must be allowed.
  package enum WriteVerb: String, Sendable {
    case create, patch, delete
  }

  /// The verbs that the user must be allowed, of the installation.
  package var accesses: [String] { (annotatesFirst ? ["patch"] : []) + [write.rawValue] }

  /// The command of a kind, as help shows it.
  package struct Command: Hashable, Sendable {
    package var name: String
    package var summary: String
    /// The operands it takes after the extension's name.
    package var operands: [String] = []
    /// The options it takes besides those of every change.
    package var options: [String]
    package var notes: [String] = []
  }
}
