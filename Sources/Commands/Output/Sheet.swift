import Extensions
import Operations
import Terminal

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
