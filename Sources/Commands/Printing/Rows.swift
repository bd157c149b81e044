import Extensions
import KubernetesAPI
import Packages
import Terminal

/// One extension in a list.
struct ListRow: Hashable, Sendable {
  var name: String
  private var cells: [String]
  private var wideCells: [String]

  private static let headings = ["NAME", "STATE", "INSTALLED", "RECOMMENDED", "ENABLED", "CATEGORY"]
  private static let wideHeadings = ["REPOSITORY", "PROVIDER", "TITLE"]

  /// What an installation says of itself goes before what its extension repeats, perhaps late.
  init(_ found: Extension, _ installation: Installation?, language: String) {
    name = found.name
    let state = installation?.state ?? found.state
    let version = installation?.version ?? found.installedVersion
    let isEnabled = installation.map(\.isEnabled) ?? (version.isEmpty ? nil : found.isEnabled)
    cells = [
      name, state.word, version, found.recommendedVersion, isEnabled.map { $0 ? "yes" : "no" } ?? "", found.category,
    ]
    wideCells = [found.repository, found.provider.text(in: language), found.displayName.text(in: language)]
  }

  static func table(_ rows: [ListRow], isWide: Bool) -> Table {
    Table(
      headings: headings + (isWide ? wideHeadings : []), rows: rows.map { $0.cells + (isWide ? $0.wideCells : []) })
  }
}

/// One version in a list.
enum VersionRow {
  static func table(_ versions: [ExtensionVersion], of found: Extension?) -> Table {
    let rows = versions.map { version -> [String] in
      var notes: [String] = []
      if version.version == found?.installedVersion { notes.append("installed") }
      if version.version == found?.recommendedVersion { notes.append("recommended") }
      return [version.version, notes.joined(separator: ", "), version.kubeVersion, version.ksVersion, version.created]
    }
    return Table(headings: ["VERSION", "NOTE", "KUBERNETES", "KUBESPHERE", "CREATED"], rows: rows)
  }
}

/// All that is known of one extension, a line for each thing.
struct Sheet {
  var name: String
  var `extension`: Extension?
  var installation: Installation?
  /// `InstallPlan` or `Subscription`.
  var kind: String
  var language: String

  var text: String {
    let lines = (marketLines + installationLines).filter { !$0.1.isEmpty }
    let width = (lines.map(\.0.count).max() ?? 0) + 2
    return lines.map { label, value in
      (label + ":").padded(to: width + 1) + value.sanitised + "\n"
    }.joined()
  }

  private var marketLines: [(String, String)] {
    guard let found = `extension` else { return [("Name", name)] }
    return [
      ("Name", name), ("Title", found.displayName.text(in: language)),
      ("Description", found.description.text(in: language)),
      ("Category", found.category), ("Provider", found.provider.text(in: language)), ("Repository", found.repository),
      ("Versions", found.versions.reversed().joined(separator: ", ")), ("Recommended", found.recommendedVersion),
    ]
  }

  private var installationLines: [(String, String)] {
    guard let installation else { return [("Installed", "no")] }
    let last = installation.history.last
    return [
      ("Installed", "\(kind) \(installation.name), version \(installation.version)"),
      ("State", state(installation)), ("Pending", installation.pending.joined(separator: "; ")),
      ("Since", last?.time ?? ""), ("Message", installation.message),
      ("Enabled", installation.isEnabled ? "yes" : "no"), ("Namespace", installation.targetNamespace),
      ("Release", installation.releaseName), ("Job", installation.jobName),
      ("Config", configLine(installation)),
    ]
  }

  private func state(_ installation: Installation) -> String {
    let word = installation.state.word
    if installation.isBeingDeleted { return word.isEmpty ? "being deleted" : "\(word), being deleted" }
    return installation.state == .installed && !installation.isSettled ? "\(word), with a change pending" : word
  }

  private func configLine(_ installation: Installation) -> String {
    let count = installation.config.utf8.split(separator: UInt8(ascii: "\n")).count
    return count == 0 ? "the chart's defaults" : "\(count) line\(count == 1 ? "" : "s"); ksx config get \(name)"
  }
}
