import Extensions
import KubernetesAPI
import Operations
import Packages
import Terminal

/// One extension in a list.
struct ListRow: Hashable, Sendable {
  private static let headings = ["NAME", "STATE", "RUNNING", "WANTED", "RECOMMENDED", "ENABLED", "CATEGORY"]
  private static let wideHeadings = ["REPOSITORY", "PROVIDER", "TITLE"]

  static func table(_ rows: [ExtensionRow], isWide: Bool) -> Table {
    Table(
      headings: headings + (isWide ? wideHeadings : []), rows: rows.map { cells($0) + (isWide ? wideCells($0) : []) })
  }

  private static func cells(_ row: ExtensionRow) -> [String] {
    let status = row.status
    let word = status.isInstalled && !status.isOffered ? "\(status.word), no longer offered" : status.word
    return [row.name, word, status.running, status.wanted, row.recommended, row.enabledWord, row.category]
  }

  private static func wideCells(_ row: ExtensionRow) -> [String] { [row.repository, row.provider, row.title] }
}

/// One version in a list.
enum VersionRow {
  /// The versions, or those that the extension itself names where they may not be read.
  static func table(_ versions: [ExtensionVersion]?, of found: Extension?, _ status: ExtensionStatus) -> Table {
    func notes(_ version: String) -> String {
      (status.notes(on: version)
        + (VersionText(version) == found.map { VersionText($0.recommendedVersion) } ? ["recommended"] : [])).joined(
          separator: ", ")
    }
    let rows =
      versions.map { versions in
        versions.map { [$0.version, notes($0.version), $0.kubeVersion, $0.ksVersion, $0.created] }
      } ?? found?.versions.reversed().map { [$0, notes($0), "", "", ""] }
    return Table(headings: ["VERSION", "NOTE", "KUBERNETES", "KUBESPHERE", "CREATED"], rows: rows ?? [])
  }
}

/// All that is known of one extension, a line for each thing.
struct Sheet {
  var row: ExtensionRow
  var `extension`: Extension?
  var installation: Installation?
  /// `InstallPlan` or `Subscription`.
  var kind: String
  /// The fields that are shown only when much is asked for.
  var details: [ExtensionDetails.Line] = []

  private var status: ExtensionStatus { row.status }

  var lines: [String] {
    let lines = (marketLines + installationLines + details.map { ($0.label, $0.value) }).filter { !$0.1.isEmpty }
    let width = (lines.map(\.0.count).max() ?? 0) + 2
    return lines.map { label, value in (label + ":").padded(to: width + 1) + value }
  }

  private var marketLines: [(String, String)] {
    guard let found = `extension` else { return [("Name", row.name)] }
    return [
      ("Name", row.name), ("Title", row.title), ("Description", row.summary), ("Category", row.category),
      ("Provider", row.provider), ("Repository", row.repository),
      ("Versions", found.versions.reversed().joined(separator: ", ")), ("Recommended", row.recommended),
    ]
  }

  private var installationLines: [(String, String)] {
    guard let installation else {
      return status.running.isEmpty ? [("Installed", "no")] : [("Running", status.running), ("State", status.word)]
    }
    return [
      ("Installed", "\(kind) \(installation.name)"), ("Running", status.running), ("Wanted", status.wanted),
      ("Failed", status.failed), ("State", status.fullWord), ("Pending", status.pending.joined(separator: "; ")),
      ("Since", installation.history.last?.time ?? ""), ("Message", status.reason),
      ("Enabled", installation.isEnabled ? "yes" : "no"), ("Namespace", installation.targetNamespace),
      ("Release", installation.releaseName), ("Job", installation.jobName),
      ("Config", configLine(installation)),
    ]
  }

  private func configLine(_ installation: Installation) -> String {
    let count = installation.config.utf8.split(separator: UInt8(ascii: "\n")).count
    return count == 0 ? "the chart's defaults" : "\(count) line\(count == 1 ? "" : "s"); ksx config get \(row.name)"
  }
}
