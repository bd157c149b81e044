import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The config of an extension as it is.
struct ConfigPage: PageText {
  let name: String

  func subscriptions(_ state: ConsoleState) -> [Subscription] { [] }

  func lines(columns: Int, _ state: ConsoleState) -> [Line] {
    guard let installation = state.market.installed.of(name) else {
      return [Line("\(name) is not installed, so it has no config yet.", .dim)]
    }
    let config = state.config(of: name) ?? ""
    let changes = state.records.memories[name]?.differences(from: installation) ?? []
    let others = changes.isEmpty ? [] : differenceLines(changes)
    if config.trimmed.isEmpty {
      return others + [Line("The config is empty: the chart's defaults hold.", .dim)]
    }
    return others + config.shownLines.map { Line($0) }
  }

  /// Where the cluster keeps no comments, and another one has written since.
  private func differenceLines(_ changes: [LineDifference.Line]) -> [Line] {
    let lines = changes.map { change in
      Line((change.kind == .added ? "+ " : "- ") + change.text, change.kind == .added ? .diffAdded : .diffRemoved)
    }
    return [Line("It was changed elsewhere since it was last written here:", .dim)] + lines + [.blank]
  }
}
