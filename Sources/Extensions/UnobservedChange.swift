package import Platform

/// A request in an installation's spec to which its controllers have not reacted.
///
/// Controllers take up a change within a second. If they have not written the status for longer, they are down or do
/// not get to it.
package struct UnobservedChange: Hashable, Sendable {
  /// The field with the request, such as `spec.enabled`.
  package var field: String
  /// The requested value, and that in the status.
  package var values: Sentence
  /// The time of the request, RFC 3339.
  package var since: String
  /// The seconds since the request.
  package var seconds: Int

  /// The seconds that controllers are given to react.
  package static let graceSeconds = 10
}

extension Installation {
  /// The requests that its controllers have not taken up at `now`, although they had the time.
  ///
  /// Empty if the cluster does not record when they were made.
  package func unobservedChanges(at now: Timestamp) -> [UnobservedChange] {
    unmet.compactMap { field, values in
      let since = time(of: field)
      guard let asked = Timestamp.seconds(since) else { return nil }
      // A status of the same second may be the reaction to an earlier change.
      let said = lastWords.compactMap(Timestamp.seconds).max() ?? 0
      let seconds = now.secondsSince1970 - asked
      guard said <= asked, seconds >= UnobservedChange.graceSeconds else { return nil }
      return UnobservedChange(field: field, values: values, since: since, seconds: seconds)
    }
  }

  /// The requests that do not match the status, unless an operation in progress explains this.
  private var unmet: [(field: String, values: Sentence)] {
    if isBeingDeleted {
      return state.isBusy || state.isFailure ? [] : [("metadata.deletionTimestamp", "status.state is “\(state.name)”")]
    }
    if state == .none { return lastWords.isEmpty ? [("spec", "there is no status")] : [] }
    if state.isBusy { return [] }
    var unmet: [(field: String, values: Sentence)] = []
    if !hasObservedVersion {
      unmet.append(("spec.extension.version", "\(version), and \(attemptedVersion) in the status"))
    }
    if !hasObservedConfig { unmet.append(("spec.config", "another than that of the status")) }
    if state == .installed, isObserved, let isServed, isServed != isEnabled {
      unmet.append(("spec.enabled", isEnabled ? "true, and false in the status" : "false, and true in the status"))
    }
    return unmet
  }

  /// Whether the cluster reports it as enabled; `nil` if the cluster does not record this.
  ///
  /// If the cluster does, an installation that was never enabled counts as disabled.
  package var isServed: Bool? { appliedEnabled ?? (configHash.isEmpty && lastAttempt == nil ? nil : false) }

  private var lastWords: [String] { [history.last?.time ?? "", conditionTime].filter { !$0.isEmpty } }

  /// When the field was last written according to `managedFields`, or ksx last changed the object if that is later.
  private func time(of field: String) -> String {
    switch field {
    case "spec": return created
    case "metadata.deletionTimestamp": return deleted
    default: break
    }
    let name = field.split(separator: ".").dropFirst().first.map(String.init) ?? ""
    let written = writers.filter { $0.fields.contains(name) }.map(\.time)
    // A server may keep the old time of a manager that writes the same field again.
    return (written + [notes["ksx.dev/changed-at"] ?? ""]).max() ?? ""
  }
}
