package import Extensions
import Manifest

/// One line of a cluster's history: a change that is about to be sent, or its result.
package struct HistoryLine: Hashable, Sendable {
  package var `extension`: String
  /// RFC 3339.
  package var time: String
  package var event: Event
  /// Who made the change, as the annotation says, or empty.
  package var by = ""
  /// The reason that was given, or empty.
  package var reason = ""
  /// Whether this computer saw the change and did not send it.
  var isSeen = false

  package enum Event: Hashable, Sendable {
    /// A change that is about to be sent, or that someone else made; `former` is the release before it.
    case change(words: String, former: Release?)
    /// The result of the last change, with the version and config that were asked for then.
    case outcome(Outcome, version: String, configHash: String)
    /// The text of a config as it was written, for clusters that store it without comments.
    case written(config: String)
    /// The spec before and after a change that the API server accepted; `nil` if nothing is installed.
    case spec(before: RequestedSpec?, after: RequestedSpec?)
  }

  /// A version and its config.
  package struct Release: Hashable, Sendable {
    package var version: String
    package var config: String
    /// Whether it reached Installed; `nil` if that is not known.
    package var wasInstalled: Bool?
  }

  /// The description of a change that cancels the current one.
  package static let cancel = "cancel"

  package init(_ name: String, at time: String, _ event: Event, by author: Author? = nil) {
    self.extension = name
    self.time = time
    self.event = event
    by = author?.name ?? ""
    reason = author?.reason ?? ""
  }
}

extension HistoryLine {
  /// A change that was made elsewhere and seen here; `nil` if version and config are unchanged.
  ///
  /// If ksx made it, the object's annotation names the author. An annotation that was there before is not about this
  /// change.
  package static func seen(_ installation: Installation, after former: Installation, at time: String) -> HistoryLine? {
    guard former.version != installation.version || former.config != installation.config else { return nil }
    let words = former.version == installation.version ? "configure" : "version \(installation.version)"
    let note = Authorship(installation).flatMap { $0 == Authorship(former) ? nil : $0 }
    var line = HistoryLine(
      installation.extension, at: note?.time ?? time,
      .change(words: note?.words ?? words, former: Release(former)),
      by: note?.author ?? Author(name: "person not recorded"))
    line.isSeen = true
    return line
  }
}

extension HistoryLine.Release {
  /// The present release of `installation`.
  package init(_ installation: Installation) {
    var wasInstalled: Bool?
    if installation.rolloutState == .settled { wasInstalled = true }
    // The controllers may have reset the version in the status since (docs/KUBESPHERE.md: Extension status).
    if installation.observed.state.isFailure { wasInstalled = false }
    self.init(version: installation.version, config: installation.config, wasInstalled: wasInstalled)
  }
}

extension HistoryLine {
  /// The line as JSON, with its newline.
  var bytes: [UInt8] {
    var fields: Mapping = ["time": .string(time), "extension": .string(`extension`)]
    switch event {
    case .change(let words, let former):
      fields["change"] = .string(words)
      if !by.isEmpty { fields["by"] = .string(by) }
      if !reason.isEmpty { fields["why"] = .string(reason) }
      if isSeen { fields["seen"] = true }
      if let former {
        var release: Mapping = ["version": .string(former.version), "config": .string(former.config)]
        if let wasInstalled = former.wasInstalled { release["installed"] = .bool(wasInstalled) }
        fields["former"] = .mapping(release)
      }
    case .outcome(let outcome, let version, let hash):
      fields["outcome"] = .string(outcome.word)
      if let reason = outcome.reason { fields["reason"] = .string(reason) }
      fields["version"] = .string(version)
      fields["configHash"] = .string(hash)
    case .written(let config): fields["written"] = .string(config)
    case .spec(let before, let after):
      fields["spec"] = ["before": before?.value ?? .null, "after": after?.value ?? .null]
    }
    return Array((JSON.text(.mapping(fields)) + "\n").utf8)
  }

  /// Parses a line; `nil` if a crash cut it off, or a newer ksx wrote it in another format.
  init?(bytes: some Collection<UInt8>) {
    guard let value = try? JSON.parse(Array(bytes)), let name = value["extension"]?.string, let event = Event(value)
    else { return nil }
    self.init(name, at: value["time"]?.string ?? "", event)
    by = value["by"]?.string ?? ""
    reason = value["why"]?.string ?? ""
    isSeen = value["seen"]?.bool ?? false
  }
}

extension HistoryLine.Event {
  fileprivate init?(_ value: Value) {
    if let words = value["change"]?.string {
      let former = value["former"].flatMap { release -> HistoryLine.Release? in
        guard let version = release["version"]?.string else { return nil }
        return HistoryLine.Release(
          version: version, config: release["config"]?.string ?? "", wasInstalled: release["installed"]?.bool)
      }
      self = .change(words: words, former: former)
      return
    }
    if let config = value["written"]?.string {
      self = .written(config: config)
      return
    }
    if let spec = value["spec"] {
      self = .spec(before: RequestedSpec(spec["before"]), after: RequestedSpec(spec["after"]))
      return
    }
    guard let word = value["outcome"]?.string,
      let outcome = HistoryLine.Outcome(word, reason: value["reason"]?.string ?? "")
    else { return nil }
    self = .outcome(
      outcome, version: value["version"]?.string ?? "", configHash: value["configHash"]?.string ?? "")
  }
}
