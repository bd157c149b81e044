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

  /// Whether objects have changed since `other`; what is only read later, or answered, is no change.
  func hasOtherObjects(than other: PlanInputs) -> Bool {
    installed != other.installed || element != other.element || capabilities != other.capabilities
      || zip(versions, other.versions).contains { $0 != $1 && $1?.isFilled == true }
  }
}
