import Client
import Extensions
import Operations

/// The input from which plans are made: equal inputs give equal plans.
struct PlanInputs: Hashable {
  var installed: Installations
  var versions: [Store<ExtensionVersion>?]
  var element: Extension?
  var capabilities: Capabilities?
  var facts: PlanFacts?
  var rights: Rights

  /// Whether objects have changed since `other`; versions read for the first time, rights and facts do not count.
  func hasOtherObjects(than other: PlanInputs) -> Bool {
    installed != other.installed || element != other.element || capabilities != other.capabilities
      || zip(versions, other.versions).contains { $0 != $1 && $1?.isFilled == true }
  }
}
