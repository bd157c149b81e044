import Extensions
import Manifest
import Packages
import Platform

/// What ran when an installation was changed, as the change that ksx made says on the object itself.
///
/// The cluster keeps it nowhere else, and the history of another computer does not have it. It stands beside what was
/// asked for then, since a writer that is not ksx leaves the note as it was.
struct RanBefore: Hashable, Sendable {
  private static let key = "ksx.dev/ran-before"
  private static let separator = " before "
  private static let configKey = "ksx.dev/ran-before-config"
  private static let timeSeparator = " at "

  /// The version that ran.
  let version: String
  /// The fingerprint of the config that it ran with; `nil` if that was not known.
  let digest: String?

  /// What `installation` says ran before what it asks for; `nil` if it does not say, or something has run since then: what
  /// is under way, or failed, is a later attempt, and another writer's.
  init?(_ installation: Installation) {
    guard let note = installation.notes[Self.key], let between = note.rangeOfText(Self.separator) else { return nil }
    guard VersionText(String(note[between.upperBound...])) == VersionText(installation.version) else { return nil }
    let config = installation.notes[Self.configKey] ?? ""
    let parts = config.rangeOfText(Self.timeSeparator).map { (config[..<$0.lowerBound], config[$0.upperBound...]) }
    // A switch that is made later dates the object anew, and says nothing of what ran.
    let time = parts.map { String($0.1) } ?? Authorship(installation)?.time ?? ""
    guard !installation.hasRun(after: time) else { return nil }
    version = String(note[..<between.lowerBound])
    digest = parts.flatMap { $0.0.isEmpty ? nil : String($0.0) }
  }

  /// What runs beside what `installation` asks for, where something does.
  private init(version: String, digest: String?) { (self.version, self.digest) = (version, digest) }

  /// The version that `installation` says ran before what it asks for.
  static func version(of installation: Installation) -> String? { RanBefore(installation)?.version }

  /// What there is at `installation` before it is changed, where `running` runs.
  static func noted(of installation: Installation, running: String) -> RanBefore {
    if installation.rolloutState == .settled {
      return RanBefore(version: running, digest: ConfigHash.of(installation.config))
    }
    // What is changed while it is under way, or has failed, is not what ran.
    let earlier = RanBefore(installation).flatMap { VersionText($0.version) == VersionText(running) ? $0.digest : nil }
    return RanBefore(version: running, digest: earlier)
  }

  /// The same of a release that is asked for again.
  static func noted(of spec: RequestedSpec) -> RanBefore {
    RanBefore(version: spec.version, digest: ConfigHash.of(ConfigHash.trimmed(spec.config)))
  }

  /// The annotations that say that this ran when `wanted` was asked for at `time`; what is not known takes the former note
  /// away.
  func annotations(wanted: String, at time: String) -> Mapping {
    let isKnown = !version.isEmpty && !wanted.isEmpty
    return [
      Self.key: isKnown ? .string(version + Self.separator + wanted) : .null,
      Self.configKey: isKnown ? .string((digest ?? "") + Self.timeSeparator + time) : .null,
    ]
  }
}

extension Installation {
  /// It was Installed once after `time`; never, where that is no time.
  fileprivate func hasRun(after time: String) -> Bool {
    guard let noted = Timestamp.seconds(time) else { return false }
    return history.contains { state in
      state.state == .installed && Timestamp.seconds(state.time).map { $0 > noted } == true
    }
  }

  /// When it was Installed last, as far as the cluster remembers, or empty: what ran is the same as long as this is.
  package var lastRun: String { history.last { $0.state == .installed }?.time ?? "" }
}
