import Client
import Extensions
import Operations
import Packages
import Terminal

/// A row in a list of versions.
protocol ListedVersion: Sendable {
  var version: String { get }
  /// Notes about the version.
  var notes: String { get }
}

/// A version that the cluster offers.
struct VersionRow: ListedVersion, Identifiable, Hashable, Sendable {
  var version: String
  var notes: String

  var id: String { version }
}

extension [VersionRow] {
  /// `version` as the list spells it, with or without a `v`; `nil` if the list does not have it.
  func spelling(of version: String) -> String? {
    first { VersionText($0.version) == VersionText(version) }?.version
  }
}

extension Column where Element: ListedVersion {
  /// The columns of a list of versions.
  static var versions: [Column] {
    [
      Column("VERSION", width: 10, upTo: 20, rank: 0, sorting: .version, by: { .version($0.version) }) { $0.version },
      Column("NOTES", width: 22, upTo: 400, rank: 1, style: { _ in .dim }) { $0.notes },
    ]
  }
}

extension ConsoleState {
  /// The versions that the cluster offers of `name`, newest first, each with notes.
  func versionRows(of name: String) -> [VersionRow] {
    let known = market.versions[name]?.elements.values.map { ($0.version, $0) } ?? []
    let details = Dictionary(known, uniquingKeysWith: { $1 })
    let status = status(of: name)
    return offeredVersions(of: name).map { version in
      VersionRow(version: version, notes: notes(version, name, status, details[version]))
    }
  }

  /// The versions that the cluster offers of `name`, newest first.
  func offeredVersions(of name: String) -> [String] {
    let known = market.versions[name]?.elements.values.withoutDuplicates.map(\.version) ?? []
    var spelled: [VersionText: String] = [:]
    // `v1.0.0` is the same version as `1.0.0`; the spelling of the object is used, because requests need it.
    for version in known + (market.extensions[name]?.versions ?? []) {
      spelled[VersionText(version)] = spelled[VersionText(version)] ?? version
    }
    return spelled.values.sorted { SemanticVersion.precedes($1, $0) }
  }

  private func notes(
    _ version: String, _ name: String, _ status: ExtensionStatus, _ details: ExtensionVersion?
  ) -> String {
    var notes = status.notes(on: version).map { words($0) }
    let recommended = market.extensions[name].map { VersionText($0.recommendedVersion) }
    if recommended == VersionText(version) { notes.append(words("recommended")) }
    if let absence = details?.absence { notes.append(words(absence)) }
    if let details, !details.kubeVersion.isEmpty { notes.append("Kubernetes \(details.kubeVersion)") }
    if let details, !details.ksVersion.isEmpty { notes.append("KubeSphere \(details.ksVersion)") }
    let needed = details?.dependencies.filter(\.isRequired).map { "\($0.name) \($0.version)".trimmed } ?? []
    if !needed.isEmpty { notes.append(words("needs {0}", needed.joined(separator: ", "))) }
    return words.list(notes)
  }
}
