import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

extension Page {
  static let gateway = Page("gateway", "Show what the gateway serves for extensions, with a probe of each") { _ in
    GatewayScreen()
  }
}

/// Everything that the gateway serves for extensions: its owner, state, upstream, and whether it responds.
struct GatewayScreen: Screen {
  private var serving = ServingList(of: nil)

  var sections: [KeySection] { [.gateway, .marketplace, .list, .everywhere] }
  var place: Location? { .page(.gateway) }
  var subject: String? { serving.selected.flatMap { $0.owner.nonEmpty } }
  func title(_ state: ConsoleState) -> String { state.words("Gateway") }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { serving.subscriptions(state) }
  func hints(_ state: ConsoleState) -> [Hint] {
    let owner = serving.selected?.owner ?? ""
    let verbs =
      owner.isEmpty
      ? [] : state.hints(about: owner).filter { [Action.command(.disable), .command(.enable)].contains($0.action) }
    return (serving.selected == nil ? [] : .commands([.open])) + serving.hints + verbs + .commands([.back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) { serving.settle(state.bodySize.rows, state) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if command == .back { return [.close()] }
    if let steps = serving.perform(command, state) { return steps }
    guard let owner = serving.selected?.owner, !owner.isEmpty else { return nil }
    return command == .undo ? undo(on: owner, state) : beginChange(command, on: owner, state)
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    if case .mouse(let action, let point) = key { serving.point(action, row: point.row) }
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    serving.draw(on: &surface, in: area, state)
  }
}
