import Extensions
import Manifest
import Packages
import Platform

/// What ran when an installation was changed, as the change that ksx made says on the object itself.
///
/// The cluster keeps it nowhere else, and the history of another computer does not have it. It stands beside what was
/// asked for then, since a writer that is not ksx leaves the note as it was.
enum RanBefore {
  private static let key = "ksx.dev/ran-before"
  private static let separator = " before "

  /// The version that `installation` says ran before what it asks for; `nil` if it does not say, or something has run since
  /// then: what is under way, or failed, is a later attempt, and another writer's.
  static func version(of installation: Installation) -> String? {
    guard let note = installation.notes[key], let between = note.rangeOfText(separator) else { return nil }
    let (ran, wanted) = (String(note[..<between.lowerBound]), String(note[between.upperBound...]))
    guard VersionText(wanted) == VersionText(installation.version) else { return nil }
    let noted = Authorship(installation).flatMap { Timestamp.seconds($0.time) } ?? .max
    let hasRun = installation.history.contains { state in
      state.state == .installed && Timestamp.seconds(state.time).map { $0 > noted } == true
    }
    return hasRun ? nil : ran
  }

  /// The annotations that say that `running` ran when `wanted` was asked for; what is not known takes the former note away.
  static func annotations(running: String, wanted: String) -> Mapping {
    [key: running.isEmpty || wanted.isEmpty ? .null : .string(running + separator + wanted)]
  }
}
