/// A command that only some pages and screens have.
package enum ScreenCommand: String, CaseIterable, Sendable {
  case compare, undo, probe
  case whichRule = "which-rule"
  case add
  case editEntry = "edit"
  case sync
  case remove
  case log, pods, events
  case cancel
  case yaml, describe

  /// A description in one line.
  var summary: String {
    switch self {
    case .compare: "Compare two versions: those that are marked, or the selected one with what runs"
    case .undo: "Plan to take your last change of the extension back"
    case .probe: "Ask the gateway for each thing that is served, now"
    case .whichRule: "Say which rule serves a path, and why not the others"
    case .add: "Add a repository"
    case .editEntry: "Edit the selected repository"
    case .sync: "Have the selected repository read now"
    case .remove: "Plan to delete the selected repository, with what would vanish"
    case .log: "Show what its job has written"
    case .pods: "Show its pods"
    case .events: "Show the events"
    case .cancel: "Plan to end what is under way, and to go back to what ran before"
    case .yaml: "Show its object as YAML, with secrets masked"
    case .describe: "Show all that is known of it"
    }
  }
}

extension Command {
  package static let compare = Command.screen(.compare)
  package static let undo = Command.screen(.undo)
  package static let probe = Command.screen(.probe)
  package static let whichRule = Command.screen(.whichRule)
}
