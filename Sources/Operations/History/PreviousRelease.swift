import Extensions
import Manifest
import Packages
import Platform

/// What ran when ksx changed an installation, from the annotations of that change.
///
/// The cluster records it nowhere else, and another computer's history does not have it. The annotation also names the
/// version that was asked for, because a writer other than ksx leaves the annotation unchanged.
struct PreviousRelease: Hashable, Sendable {
  private static let key = "ksx.dev/ran-before"
  private static let separator = " before "
  private static let configKey = "ksx.dev/ran-before-config"
  private static let timeSeparator = " at "
  private static let leftKey = "ksx.dev/went-back-from"
  private static let leftSeparator = " to "

  /// The version that ran.
  let version: String
  /// The fingerprint of the config that it ran with; `nil` if it was not known.
  let digest: String?
  /// The version that was under way or had failed when another one was asked for; `nil` if there was none.
  private(set) var left: String?
  /// Whether the controllers have begun an attempt since.
  private(set) var hasBeenTried = false

  /// What ran before the spec of `installation`; `nil` if the annotation is missing, is about another version, or is
  /// older than the last time that the installation was Installed.
  ///
  /// If the spec asks for the version that ran, it was put back: by a writer other than ksx, or by ksx, and controllers
  /// have since written the annotations back as they had read them.
  init?(_ installation: Installation) {
    guard let note = installation.notes[Self.key], let between = note.rangeOfText(Self.separator) else { return nil }
    let (ran, wanted) = (String(note[..<between.lowerBound]), String(note[between.upperBound...]))
    let isPutBack = VersionText(ran) == VersionText(installation.version)
    guard isPutBack || VersionText(wanted) == VersionText(installation.version) else { return nil }
    let config = installation.notes[Self.configKey] ?? ""
    let parts = config.rangeOfText(Self.timeSeparator).map { (config[..<$0.lowerBound], config[$0.upperBound...]) }
    // Enabling or disabling later changes the time of the object's annotation, but not what ran.
    let time = parts.map { String($0.1) } ?? Authorship(installation)?.time ?? ""
    guard !installation.hasRun(after: time) else { return nil }
    version = ran
    digest = parts.flatMap { $0.0.isEmpty ? nil : String($0.0) }
    let isOfAnother = VersionText(wanted) != VersionText(installation.version)
    left = isOfAnother ? wanted : Self.left(installation)
    hasBeenTried = installation.hasPrepared(after: time)
  }

  private init(version: String, digest: String?, left: String? = nil) {
    (self.version, self.digest, self.left) = (version, digest, left)
  }

  private static func left(_ installation: Installation) -> String? {
    guard let note = installation.notes[leftKey], let between = note.rangeOfText(leftSeparator),
      VersionText(String(note[between.upperBound...])) == VersionText(installation.version)
    else { return nil }
    return String(note[..<between.lowerBound])
  }

  /// The version that ran before the spec of `installation`, according to the annotation.
  static func version(of installation: Installation) -> String? { PreviousRelease(installation)?.version }

  /// What is to be recorded of `installation` before it is changed, if the version `running` runs.
  static func noted(of installation: Installation, running: String) -> PreviousRelease {
    if installation.rolloutState == .settled {
      return PreviousRelease(version: running, digest: ConfigHash.of(installation.config))
    }
    // The config of a change that is under way or has failed is not the one that runs.
    let earlier = PreviousRelease(installation).flatMap {
      VersionText($0.version) == VersionText(running) ? $0.digest : nil
    }
    return PreviousRelease(version: running, digest: earlier, left: installation.version)
  }

  /// The same for a release that is asked for again instead of the version `left`.
  static func noted(of spec: RequestedSpec, leaving left: String? = nil) -> PreviousRelease {
    PreviousRelease(
      version: spec.version, digest: ConfigHash.of(ConfigHash.trimmed(spec.config)), left: left)
  }

  /// The annotations which record that this was running when `wanted` was asked for at `time`; if the version is not
  /// known, they remove an older record.
  func annotations(wanted: String, at time: String) -> Mapping {
    let isKnown = !version.isEmpty && !wanted.isEmpty
    let ran: Mapping = [
      Self.key: isKnown ? .string(version + Self.separator + wanted) : .null,
      Self.configKey: isKnown ? .string((digest ?? "") + Self.timeSeparator + time) : .null,
    ]
    return Mapping(ran.pairs + leftAnnotation(wanted).pairs)
  }

  /// A change that asks for the same version leaves an earlier record as it is.
  private func leftAnnotation(_ wanted: String) -> Mapping {
    guard let left else { return [Self.leftKey: .null] }
    if VersionText(left) == VersionText(wanted) { return [:] }
    return [Self.leftKey: .string(left + Self.leftSeparator + wanted)]
  }
}

extension Installation {
  /// What ran when ksx changed it last, if it asks for that very version and config: a failure need not be theirs.
  private var ranBefore: PreviousRelease? {
    guard isObserved, !isManagedByStandalone, let ran = PreviousRelease(self), let digest = ran.digest,
      VersionText(ran.version) == VersionText(version), digest == ConfigHash.of(config)
    else { return nil }
    return ran
  }

  /// What ran before and is asked for again, if the failure that it shows is of what was asked for in between.
  ///
  /// KubeSphere's controllers stay in that state if a version is put back while another one fails: there is nothing new
  /// to them (docs/KUBESPHERE.md: Reconciling).
  var untried: PreviousRelease? {
    guard observed.state == .upgradeFailed, let ran = ranBefore, !ran.hasBeenTried else { return nil }
    return ran
  }

  /// Whether it was Installed at some time after `time`; `false` if `time` cannot be parsed.
  fileprivate func hasRun(after time: String) -> Bool {
    guard let noted = Timestamp.seconds(time) else { return false }
    return history.contains { state in
      state.state == .installed && Timestamp.seconds(state.time).map { $0 > noted } == true
    }
  }

  /// Whether the controllers began an attempt after `time`.
  ///
  /// One that they have just begun then, with the spec of before, may be dated in the second after it.
  fileprivate func hasPrepared(after time: String) -> Bool {
    guard let noted = Timestamp.seconds(time) else { return false }
    return history.contains { state in
      state.state == .preparing && Timestamp.seconds(state.time).map { $0 > noted + 1 } == true
    }
  }

  /// When it was last Installed, as far as its history tells, or empty; while this does not change, what ran does not
  /// either.
  package var lastRun: String { history.last { $0.state == .installed }?.time ?? "" }
}
