import Client
import Extensions
import Operations
import Packages
import Terminal

/// Stands in a list of versions.
protocol ListedVersion: Sendable {
  var version: String { get }
  /// What there is to say of it.
  var remark: String { get }
}

/// A version that the cluster offers.
struct VersionRow: ListedVersion, Identifiable, Hashable, Sendable {
  var version: String
  var remark: String

  var id: String { version }
}

extension Column where Element: ListedVersion {
  /// The columns of a list of versions.
  static var versions: [Column] {
    [
      Column("VERSION", width: 10, upTo: 20, rank: 0, sorting: .version, by: { .version($0.version) }) { $0.version },
      Column("NOTES", width: 22, upTo: 400, rank: 1, style: { _ in .dim }) { $0.remark },
    ]
  }
}

extension ConsoleState {
  /// The versions that the cluster offers of `name`, newest first, each with what there is to say of it.
  func versionRows(of name: String) -> [VersionRow] {
    let known = market.versions[name]?.elements.values.map { ($0.version, $0) } ?? []
    let details = Dictionary(known, uniquingKeysWith: { $1 })
    let status = status(of: name)
    return offeredVersions(of: name).map { version in
      VersionRow(version: version, remark: remark(version, name, status, details[version]))
    }
  }

  /// The versions that the cluster offers of `name`, newest first.
  func offeredVersions(of name: String) -> [String] {
    let known = market.versions[name]?.elements.values.map(\.version) ?? []
    let all = Set(known).union(market.extensions[name]?.versions ?? [])
    return all.sorted { SemanticVersion.precedes($1, $0) }
  }

  private func remark(
    _ version: String, _ name: String, _ status: ExtensionStatus, _ details: ExtensionVersion?
  ) -> String {
    var words = status.notes(on: version)
    if market.extensions[name]?.recommendedVersion == version { words.append("recommended") }
    if let details, !details.kubeVersion.isEmpty { words.append("Kubernetes \(details.kubeVersion)") }
    if let details, !details.ksVersion.isEmpty { words.append("KubeSphere \(details.ksVersion)") }
    let needed = details?.dependencies.filter(\.isRequired).map { "\($0.name) \($0.version)".trimmed } ?? []
    if !needed.isEmpty { words.append("needs " + needed.joined(separator: ", ")) }
    return words.joined(separator: "; ")
  }
}
