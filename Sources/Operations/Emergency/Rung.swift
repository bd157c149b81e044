package import Extensions

/// One step of the ladder that takes an extension out of service when its switch alone does not (docs/KUBESPHERE.md: Changes).
///
/// Each reaches further than the one before, is a plan of its own, and is taken back by `enable`.
package enum Rung: String, CaseIterable, Comparable, Sendable {
  /// The served objects are marked Disabled, as the controllers would do it.
  case state
  /// The served objects that could not be marked are deleted, and a copy of each is kept.
  case objects
  /// The workloads run no pods, and their numbers are kept.
  case workloads
  /// The extension's own admission webhooks are deleted, and a copy of each is kept.
  case webhooks

  package static func < (left: Rung, right: Rung) -> Bool { left.place < right.place }

  private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// What it does to the extension called `name`, as the heading of its plan.
  package func title(_ name: String) -> String {
    switch self {
    case .state: "Mark what \(name) serves as Disabled"
    case .objects: "Delete what \(name) serves, and keep a copy"
    case .workloads: "Stop the workloads of \(name), and keep their numbers"
    case .webhooks: "Delete the admission webhooks of \(name), and keep a copy"
    }
  }

  /// What it has done.
  package var past: String {
    switch self {
    case .state: "marked Disabled"
    case .objects, .webhooks: "deleted, with a copy kept"
    case .workloads: "stopped, with the numbers kept"
    }
  }

  /// How far it reaches, for the plan.
  package var reach: String {
    switch self {
    case .state: "its APIs answer 503 and its pages vanish; its workloads keep running"
    case .objects:
      "its APIs and pages are unknown to the gateway; a deletion passes where webhooks refuse every update"
    case .workloads:
      "its pods end, and all that needs them inside of the cluster misses them; volumes stay"
    case .webhooks:
      "nothing that the cluster is asked to store goes by it any more; what it guarded is unguarded"
    }
  }

  /// The order in which `enable` takes them back: the webhooks last, lest they refuse the pods behind them.
  package static let descent: [Rung] = [.workloads, .objects, .state, .webhooks]
}

/// Why the switch alone takes nothing out of service, or that it does.
package enum SwitchVerdict: Hashable, Sendable {
  /// The controllers carry it out.
  case works
  /// They will, once the installation is Installed.
  case waits(String)
  /// It could not be stored: the program behind a webhook does not answer, or a rule of the cluster refuses it.
  case blocked(String)
  /// It is stored, and the controllers have not carried it out in the time that they need for it.
  case passedOver

  /// What the answer to the switch tells.
  package init(_ installation: Installation) {
    let state = installation.observed.state
    if installation.isBeingDeleted {
      self = .waits("being uninstalled")
    } else {
      self = state == .installed || state == .none ? .works : .waits(state.word)
    }
  }

  /// Whether the controllers take it up by themselves once they are done with what they are at.
  package var isPassing: Bool {
    guard case .waits(let word) = self else { return false }
    return [InstallationState.preparing, .installing, .upgrading].map(\.word).contains(word)
  }

  /// What the user must know about `name`, or `nil` where there is nothing.
  package func sentence(_ name: String) -> String? {
    switch self {
    case .works: nil
    case .waits(let word):
      "\(name) is \(word): the controllers carry the switch out only while it is Installed, so it changes nothing yet"
    case .blocked(let reason):
      "the switch of \(name) cannot be stored: \(reason)"
    case .passedOver:
      "the controllers have not carried the switch of \(name) out after 3 s, and may be down"
    }
  }
}

extension Installation {
  /// Whether its cluster says that it is in service: some say nothing of it.
  package var isSaidToBeInService: Bool { observed.appliedEnabled == true }
}
