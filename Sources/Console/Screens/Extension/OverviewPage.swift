import Client
import Extensions
import Operations
import Packages
import Terminal

/// What an extension is and where it stands, in lines.
struct OverviewPage {
  private let name: String
  private let state: ConsoleState

  init(_ name: String, _ state: ConsoleState) {
    self.name = name
    self.state = state
  }

  private var width: Int { max(20, state.size.columns - 2) }

  var lines: [Line] {
    guard let element = state.market.extensions[name] else {
      return [Line("\(name) is no longer in the marketplace.", .dim)] + installationLines + detailLines
    }
    var lines: [Line] = []
    let description = element.description.text(in: state.language)
    if !description.isEmpty { lines += description.wrapped(to: width).map { Line($0) } + [.blank] }
    lines += field("Provider", element.provider.text(in: state.language))
    lines += field("Category", categoryTitle(element.category))
    lines += field("Repository", element.repository)
    lines += field("Recommended", element.recommendedVersion)
    return lines + [.blank] + installationLines + detailLines
  }

  /// What the objects around it say, once they are read.
  private var detailLines: [Line] {
    guard let details = state.details[name] else { return [] }
    let fields = details.lines.flatMap { field($0.label, $0.value) }
    let blocks = details.blocks.flatMap { block in
      [.blank, Line(block.title, .title)]
        + block.lines.flatMap { Line("  " + $0).wrapped(to: width, indent: 4) }
    }
    return (fields.isEmpty ? [] : [.blank, Line("In its objects", .title)]) + fields + blocks
  }

  private var installationLines: [Line] {
    guard let installation = state.market.installed.of(name) else {
      return field("State", "not installed")
    }
    let status = state.status(of: name)
    var lines = field("State", status.fullWord, status.style)
    if !status.reason.isEmpty, status.state != .installed || status.state.isFailure {
      lines += field("Reason", status.reason, status.state.isFailure ? .stateFailed : .text)
    }
    if let operation = state.operations[name] {
      lines += field("Under way", operation.change.progressive, .stateBusy)
    }
    lines += field("Pending", status.pending.joined(separator: "; "), .stateBusy)
    lines += field("Running", status.running)
    lines += field("Wanted", status.wanted)
    lines += field("Failed", status.failed, .stateFailed)
    lines += field("Enabled", status.isEnabled == true ? "yes" : "no")
    lines += field("Namespace", installation.targetNamespace)
    lines += field("Release", installation.releaseName)
    lines += field("Job", installation.jobName)
    lines += field("Tests", installation.testRun?.words ?? "")
    return lines + historyLines(installation)
  }

  private func historyLines(_ installation: Installation) -> [Line] {
    guard !installation.history.isEmpty else { return [] }
    let lines = installation.history.reversed().map { Line("  \($0.time)  \($0.state.word)", .dim) }
    return [.blank, Line("What happened, newest first", .title)] + lines
  }

  private func categoryTitle(_ category: String) -> String {
    let title = state.market.categories[category]?.displayName.text(in: state.language) ?? ""
    return title.isEmpty ? category : title
  }

  private func field(_ label: String, _ text: String, _ style: StyleName = .text) -> [Line] {
    if text.isEmpty { return [] }
    let indent = 14
    return (Line(label.padded(to: max(indent, label.columns + 1)), .dim) + Line(text, style)).wrapped(
      to: width, indent: indent)
  }
}
