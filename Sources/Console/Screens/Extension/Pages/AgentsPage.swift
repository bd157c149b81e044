import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The agents of an extension: wanted, present, since when, and why one is missing.
struct AgentsPage: PageText {
  let name: String

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    guard state.capabilityState.capabilities?.has(.clusterScheduling) == true,
      state.market.installed.of(name) != nil
    else { return [] }
    return state.reading(.clusters)
  }

  func lines(columns: Int, _ state: ConsoleState) -> [Line] {
    guard let installation = state.market.installed.of(name) else {
      if !state.market.readable.installations { return [Line(state.absence(of: name), .dim)] }
      return [Line(state.words("{0} is not installed, so it has no agents.", name), .dim)]
    }
    if let reason = state.capabilityState.capabilities?.reason(against: .clusterScheduling) {
      return Line(state.words("No agents here: {0}.", state.words(reason)), .dim).wrapped(to: columns)
    }
    var clusters: [MemberCluster]?
    if case .clusters(let found)? = state.readings[.clusters]?.facts { clusters = found }
    let rows = AgentRow.all(installation, clusters: clusters)
    let concerns =
      state.readings[.clusters]?.failure.map { Line($0.text, .statusWarning).wrapped(to: columns) } ?? []
    if rows.isEmpty, clusters?.isEmpty == true {
      return [Line(state.words("No agents here: {0}.", state.words("this backend has no clusters")), .dim)] + concerns
    }
    if rows.isEmpty { return [Line(state.words("No agents are placed."), .dim)] + concerns }
    let width = max(8, rows.map(\.cluster.columns).max() ?? 0) + 2
    let heading =
      state.words("CLUSTER").padded(to: width) + state.words("WANTED").padded(to: 8)
      + state.words("STATE").padded(to: 15) + state.words("SINCE")
    return [Line(heading, .listHeading)] + rows.flatMap { lines($0, width, columns, state) } + concerns
  }

  private func lines(_ row: AgentRow, _ width: Int, _ columns: Int, _ state: ConsoleState) -> [Line] {
    let style: StyleName = row.state.isFailure ? .stateFailed : row.state == .installed ? .stateInstalled : .stateBusy
    let word = row.state.word.isEmpty ? "-" : state.state(row.state.word)
    let since = row.time.isEmpty ? "" : state.age(of: row.time)
    let first =
      Line(row.cluster.padded(to: width) + (row.isWanted ? state.words("yes") : state.words("no")).padded(to: 8))
      + Line(word.padded(to: 15), style) + Line(since, .dim)
    let more = [state.words(row.reason), row.override.isEmpty ? "" : state.words("override: {0}", row.override)].filter
    { !$0.isEmpty }
    return [first] + more.flatMap { Line("    " + $0, .dim).wrapped(to: columns, indent: 4) }
  }
}
