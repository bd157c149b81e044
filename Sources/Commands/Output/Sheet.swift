import Extensions
import Operations
import Platform
import Terminal

/// Everything that is known about one extension, one line for each field.
struct Sheet {
  var row: ExtensionRow
  var `extension`: Extension?
  var installation: Installation?
  /// `InstallPlan` or `Subscription`.
  var kind: String
  /// Which objects the user may read.
  var readable = ExtensionStatus.ReadableKinds()
  /// The member clusters by name; `nil` if they are not known.
  var clusters: [String: MemberCluster]?
  /// That no repository has its version any more, if that is so.
  var absence: Sentence?
  /// Details, only for `-o wide`.
  var details: ExtensionDetails?
  /// The config, only for `-o wide`.
  var config = ""

  private var status: ExtensionStatus { row.status }

  var lines: [String] {
    let more = details?.lines.map { ($0.label, $0.value) } ?? []
    let lines = (marketLines + installationLines + more).filter { !$0.1.isEmpty }
    let width = (lines.map(\.0.count).max() ?? 0) + 2
    return lines.map { label, value in (label + ":").padded(to: width + 1) + value } + blockLines
  }

  private var blockLines: [String] {
    let config = config.isEmpty ? [] : ["Config:"] + config.shownLines.filter { !$0.isEmpty }.map { "  " + $0 }
    return config + (details?.blocks ?? []).flatMap { ["\($0.title):"] + $0.lines.map { "  " + $0 } }
  }

  private var marketLines: [(String, String)] {
    guard let found = `extension` else {
      return [("Name", row.name), ("Marketplace", readable.extensions ? "" : "not known: you may not read extensions")]
    }
    return [
      ("Name", row.name), ("Title", row.title), ("Description", row.summary), ("Category", row.category),
      ("Provider", row.provider), ("Repository", row.repository),
      ("Versions", found.versions.reversed().joined(separator: ", ")), ("Recommended", row.recommended),
    ]
  }

  private var installationLines: [(String, String)] {
    guard let installation else {
      if !readable.installations {
        return [
          ("Installed", "not known: you may not list \(kind) objects"), ("Running", status.running),
          ("State", status.word),
        ]
      }
      return status.running.isEmpty ? [("Installed", "no")] : [("Running", status.running), ("State", status.word)]
    }
    return [
      ("Installed", "\(kind) \(installation.name)"), ("Running", status.running), ("Wanted", status.wanted),
      ("Failed", status.failed), ("Offered", absence?.english ?? ""), ("State", status.fullWord.english),
      ("Pending", status.pending.joined(separator: "; ").english),
      ("Since", installation.history.last?.time ?? ""), ("Message", status.reason),
      ("Enabled", installation.isEnabled ? "yes" : "no"), ("Namespace", installation.targetNamespace),
      ("Release", installation.releaseName), ("Job", installation.jobName),
      ("Tests", installation.testRun?.words ?? ""),
      ("Agents", agents(installation).joined(separator: "; ")), ("Config", configLine(installation)),
    ]
  }

  /// Each agent that exists or is wanted, and why one is missing.
  private func agents(_ installation: Installation) -> [String] {
    Set(installation.clusters + installation.agents.keys).sorted().map { name in
      if let agent = installation.agents[name] {
        if agent.isSkipped { return "\(name) not made: \(agent.message)" }
        let isWanted = installation.clusters.contains(name) || installation.hasClusterSelector
        let why = agent.state == .installed || agent.message.isEmpty ? "" : " (\(agent.message))"
        return "\(name) \(agent.state.word)\(why)\(isWanted ? "" : ", not asked for any more")"
      }
      guard let clusters else { return "\(name) not made" }
      let reason = clusters[name].map { $0.obstacle ?? "it is Ready, and may be next" } ?? "there is no such cluster"
      return "\(name) not made: \(reason)"
    }
  }

  private func configLine(_ installation: Installation) -> String {
    let count = installation.config.utf8.split(separator: UInt8(ascii: "\n")).count
    return count == 0 ? "the chart's defaults" : "\(count) line\(count == 1 ? "" : "s"); ksx config get \(row.name)"
  }
}
