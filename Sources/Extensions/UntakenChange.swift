package import Platform

/// Something that an installation asks for, and that its controllers have said nothing of since.
///
/// They take up a change within a second. What has stood for longer beside a status that was not written since is seen by
/// none: they are down, or do not get to it.
package struct UntakenChange: Hashable, Sendable {
  /// The field that asks for it, such as `spec.enabled`.
  package var field: String
  /// What the field asks for, and what the status has.
  package var values: Sentence
  /// Since when, RFC 3339.
  package var since: String
  package var seconds: Int

  /// How many seconds controllers may need before it counts.
  package static let patience = 10
}

extension Installation {
  /// What its controllers have not taken up at `now`, though they had the time; empty where the cluster does not say when
  /// it was asked for.
  package func untaken(at now: Timestamp) -> [UntakenChange] {
    unmet.compactMap { field, values in
      let since = time(of: field)
      guard let asked = Timestamp.seconds(since) else { return nil }
      // What they have said in the same second may be an answer to what came before.
      let said = lastWords.compactMap(Timestamp.seconds).max() ?? 0
      let seconds = now.secondsSince1970 - asked
      guard said <= asked, seconds >= UntakenChange.patience else { return nil }
      return UntakenChange(field: field, values: values, since: since, seconds: seconds)
    }
  }

  /// What is asked for and not so, where nothing under way explains it.
  private var unmet: [(field: String, values: Sentence)] {
    if isBeingDeleted {
      return state.isBusy || state.isFailure ? [] : [("metadata.deletionTimestamp", "status.state is “\(state.name)”")]
    }
    if state == .none { return lastWords.isEmpty ? [("spec", "there is no status")] : [] }
    if state.isBusy { return [] }
    var unmet: [(field: String, values: Sentence)] = []
    if !hasTakenVersion {
      unmet.append(("spec.extension.version", "\(version), and \(attemptedVersion) in the status"))
    }
    if !isConfigTaken { unmet.append(("spec.config", "another than that of the status")) }
    if state == .installed, isTaken, let isServed, isServed != isEnabled {
      unmet.append(("spec.enabled", isEnabled ? "true, and false in the status" : "false, and true in the status"))
    }
    return unmet
  }

  /// Whether its cluster says that it is in service; `nil` where it keeps no account of that.
  ///
  /// Where it does, what was never switched on is off.
  package var isServed: Bool? { appliedEnabled ?? (configHash.isEmpty && account == nil ? nil : false) }

  private var lastWords: [String] { [history.last?.time ?? "", conditionTime].filter { !$0.isEmpty } }

  /// When a field was last written, as far as the cluster keeps account of it, and when ksx last changed the object.
  private func time(of field: String) -> String {
    switch field {
    case "spec": return created
    case "metadata.deletionTimestamp": return deleted
    default: break
    }
    let name = field.split(separator: ".").dropFirst().first.map(String.init) ?? ""
    let written = writers.filter { $0.fields.contains(name) }.map(\.time)
    // A server need not date a writer anew that writes the same field again.
    return (written + [notes["ksx.dev/changed-at"] ?? ""]).max() ?? ""
  }
}
