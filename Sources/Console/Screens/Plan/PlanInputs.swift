import Client
import Extensions
import Operations

/// What plans are made from: as long as it is the same, they are.
struct PlanInputs: Hashable {
  var installed: Installations
  var versions: [Store<ExtensionVersion>?]
  var element: Extension?
  var capabilities: Capabilities?
  var facts: PlanFacts?
  var rights: Rights

  func isOtherOnlyInRights(than other: PlanInputs) -> Bool {
    var same = self
    same.rights = other.rights
    return same == other
  }
}
