package import Extensions

/// One step of the ladder that takes an extension out of service if disabling it is not enough (docs/KUBESPHERE.md:
/// Changes).
///
/// Each rung has more effect than the one before, is planned on its own, and is undone by `enable`.
package enum Rung: String, CaseIterable, Comparable, Sendable {
  /// Marks the served objects as Disabled, as the controllers would.
  case state
  /// Deletes the served objects that could not be marked, and keeps a copy of each.
  case objects
  /// Scales the workloads to no pods, and records their replica counts.
  case workloads
  /// Deletes the extension's own admission webhooks, and keeps a copy of each.
  case webhooks

  package static func < (left: Rung, right: Rung) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The heading of the plan: what the rung does to the extension `name`.
  package func title(_ name: String) -> String {
    switch self {
    case .state: "Mark what \(name) serves as Disabled"
    case .objects: "Delete what \(name) serves, and keep a copy"
    case .workloads: "Stop the workloads of \(name), and keep their numbers"
    case .webhooks: "Delete the admission webhooks of \(name), and keep a copy"
    }
  }

  /// What the rung has done, in words.
  package var past: String {
    switch self {
    case .state: "marked Disabled"
    case .objects, .webhooks: "deleted, with a copy kept"
    case .workloads: "stopped, with the numbers kept"
    }
  }

  /// The effect of the rung, for the plan.
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

  /// The order in which `enable` undoes the rungs: webhooks last, because they would refuse writes while no pod answers
  /// them.
  package static let descent: [Rung] = [.workloads, .objects, .state, .webhooks]
}

/// Whether setting `enabled` takes an extension out of service, and why it does not.
package enum SwitchVerdict: Hashable, Sendable {
  /// The controllers apply it.
  case works
  /// The controllers apply it once the installation is Installed.
  case waits(String)
  /// It could not be stored: a webhook does not answer, or a policy of the cluster refuses it.
  case blocked(String)
  /// It is stored, and the controllers have not applied it within the time that they normally need.
  case passedOver

  /// The verdict that follows from the installation in the response.
  package init(_ installation: Installation) {
    let state = installation.observed.state
    if installation.isBeingDeleted {
      self = .waits("being uninstalled")
    } else {
      self = state == .installed || state == .none ? .works : .waits(state.word)
    }
  }

  /// Whether the controllers will apply it by themselves when they have finished the current operation.
  package var isTransient: Bool {
    guard case .waits(let word) = self else { return false }
    return [InstallationState.preparing, .installing, .upgrading].map(\.word).contains(word)
  }

  /// What the user must know about `name`; `nil` if nothing.
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
  /// Whether the status says that the extension is in service; not every cluster reports that.
  package var isSaidToBeInService: Bool { observed.appliedEnabled == true }

  /// Whether KubeSphere's controllers are writing it, from the copy that they have read.
  package var isWorkedOn: Bool { !isManagedByStandalone && (observed.state.isBusy || loop != nil) }
}
