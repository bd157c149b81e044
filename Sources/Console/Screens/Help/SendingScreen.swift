import Extensions
import Terminal

/// Delays leaving until the cluster has answered what is being sent.
///
/// A cancelled write may or may not arrive; the result of one that was answered is known.
struct SendingScreen: Screen {
  var sections: [KeySection] { [.everywhere] }
  var isOverlay: Bool { true }
  var question: Question? { Question(["sending"]) }
  func hints(_ state: ConsoleState) -> [Hint] {
    [Hint(.close, state.words("leave")), Hint(.back, state.words("stay"))]
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .close, .quit: [.leaveAtOnce]
    case .back: [.close()]
    default: []
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let sent = state.submissions.filter { $1.isUnderWay }.sorted { $0.key < $1.key }
    let lines = sent.map { state.words("{0}: {1} is being sent …", $0.key, state.words($0.value.plan.change.phrase)) }
    let again = state.settings.keys(for: .close, in: sections).first ?? "q"
    let stay = state.settings.keys(for: .back, in: sections).first ?? "esc"
    let question = [
      "", state.words("Leaves when the cluster has answered."),
      state.words("{0} again leaves now, {1} stays.", again, stay),
    ]
    surface.drawBox(state.words("Sending"), lines + question, in: area, state.theme)
  }
}
