/// A kind of change to an installation.
///
/// The row of a kind contains its texts, its requirements and its kind of write. To add a kind, add a case and a
/// row: plans, writes, keys, the palette, help, commands and messages read the rows.
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
/// In its texts `{name}`, `{version}` and `{clusters}` are placeholders for the values of a change.
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

  /// The description of its key in the console; `nil` if the console has no key for it.
  package var summary: String?
  /// The command; `nil` if the kind is chosen by an option of another kind's command.
  package var command: Command?

  /// The feature that a cluster needs to carry it out.
  package var feature: Feature
  /// The kind of write; its body has the fields that the change sets.
  package var write: WriteVerb
  /// Whether the annotation for a forced removal is written first.
  package var needsForceAnnotation = false
  /// The sources that a plan reads besides the installations.
  package var reads: Set<PlanSource>
  /// What the user must choose first.
  package var choice: Choice?
  /// The question for the version, if one must be chosen.
  package var question = ""
  /// The value of `enabled` that it sets; `nil` if it sets none.
  package var enables: Bool?
  /// Whether it removes the extension.
  package var removes = false
  /// Whether the controllers try the present spec again: a patch of the status, not of the spec.
  package var triesAgain = false
  /// Whether it is destructive, so that the user must type the extension's name to confirm it.
  package var requiresTypedName = false
  /// Whether the state before it is kept for a rollback.
  package var keepsWayBack = true
  /// The message about each extension that needs this one; `nil` if they are not affected.
  package var dependantWarning: String?
  /// The message while the installation is busy with something else.
  package var whileBusy = "this is taken up only when that has ended. Wait for it if you can"
  /// Whether that message also applies if the installation has failed.
  package var waitsForInstalled = false
  /// The effects of the change besides those on version, config and placement.
  package var effects: [Plan.Effect] = []

  /// What a user chooses before there is a plan.
  package enum Choice: Hashable, Sendable {
    case version(Versions)
    case config, clusters
  }

  /// The versions to choose from.
  package enum Versions: Hashable, Sendable {
    /// All that the cluster offers, for a new installation.
    case offered
    /// Versions newer than the present one.
    case newer
    /// Earlier releases with their configs, and offered versions that are older.
    case former
  }

  /// The write to the installation, by the verb that RBAC must allow.
  package enum WriteVerb: String, Sendable {
    case create, patch, delete
  }

  /// The verbs on the installation that RBAC must allow.
  package var accesses: [String] { (needsForceAnnotation ? ["patch"] : []) + [write.rawValue] }

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
