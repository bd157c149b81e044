import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

extension Page {
  static let doctor = Page("doctor", "Say what is wrong, by what signs, and what helps") {
    DoctorScreen($0.extensionName)
  }
}

/// The findings of the doctor about an extension, or about all, with their evidence, certainty and remedies.
struct DoctorScreen: Screen {
  /// The extension that is examined; `nil` for all.
  let name: String?
  private var rows: [FindingRow] = []
  private var list = ListView<FindingRow>()
  private var detail = DetailPane()
  private var areas = (list: 1, text: 1)

  /// A finding with one of its remedies.
  struct FindingRow: Identifiable, Hashable, Sendable {
    var finding: Finding
    var remedy: Remedy?
    /// The index of the remedy in the finding.
    var remedyIndex: Int

    var id: String { "\(finding.cause.rawValue) \(finding.subject) \(finding.text) \(remedyIndex)" }

    static func all(_ finding: Finding) -> [FindingRow] {
      if finding.remedies.isEmpty { return [FindingRow(finding: finding, remedy: nil, remedyIndex: 0)] }
      return finding.remedies.enumerated().map { FindingRow(finding: finding, remedy: $1, remedyIndex: $0) }
    }
  }

  init(_ name: String?) { self.name = name }

  private var topic: ReadRequest.Topic { .examination(of: name) }

  var sections: [KeySection] { [.marketplace, .list, .everywhere] }
  var extensionName: String? { name }
  var subject: String? { selected?.finding.subject ?? name }
  var identity: String? { "doctor/\(name ?? "")" }
  func title(_ state: ConsoleState) -> String { state.words("Doctor") }
  func hints(_ state: ConsoleState) -> [Hint] {
    (selected?.remedy == nil ? [] : [Hint(.open, state.words("plan the remedy"))]) + [
      Hint(.refresh, state.words("look again"))
    ]
      + .commands([.back, .help])
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    state.reading(topic, stamp: name.map { state.stamp(of: $0) } ?? "")
  }

  private func examination(_ state: ConsoleState) -> Examination? {
    if case .examination(let found)? = state.readings[topic]?.facts { found } else { nil }
  }

  private var selected: FindingRow? { rows.first { $0.id == list.selected } }

  mutating func settle(_ state: inout ConsoleState) {
    rows = (examination(state)?.findings ?? []).flatMap(FindingRow.all)
    let height = state.bodySize.rows
    // The list has as many rows as needed, up to half of the screen; the rest is for the selected finding.
    let listRows = min(rows.count + 1, max(3, height / 2))
    areas = (list: rows.isEmpty ? height : listRows, text: rows.isEmpty ? 0 : height - listRows - 1)
    list.settle(rows, height: areas.list)
    detail.settle(list.selected)
  }

  /// The lines below the list.
  private func detailLines(_ state: ConsoleState) -> [Line] { lines(max(20, state.size.columns - 2), state) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if detail.perform(command, height: areas.text, count: detailLines(state).count) { return [] }
    switch command {
    case .back: return [.close()]
    case .open: return openRemedy(state)
    default:
      if list.move(command, in: rows, height: areas.list) { return [] }
      guard case .change = command else { return nil }
      return beginChange(command, on: selected?.finding.subject ?? name, state)
    }
  }

  private func openRemedy(_ state: ConsoleState) -> [Step] {
    guard let selected else { return [] }
    guard let remedy = selected.remedy else {
      return [.complain("There is no remedy that a request could bring.")]
    }
    return [.open(RemedyScreen(RemedyPlan(remedy, against: selected.finding)))]
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(let action, let point) = key,
      list.point(action, row: point.row, in: rows, height: areas.list)
    else { return [] }
    return openRemedy(state)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, rest) = area.split(top: areas.list)
    let what = name ?? state.words("{0} installations", "\(examination(state)?.count ?? 0)")
    let emptiness = state.emptyLine(
      topic, reading: state.words("Looking at {0} …", name ?? state.words("everything that is installed")),
      otherwise: state.words("Nothing wrong with {0}, as far as was looked.", what))
    list.draw(rows, Self.columns(state.words), ListFrame(emptiness: emptiness), on: &surface, in: top, state)
    detail.draw(detailLines(state), on: &surface, in: rest, state)
  }

  private static func columns(_ words: Language) -> [Column<FindingRow>] {
    [
      Column("OBJECT", width: 12, upTo: 24, rank: 1, sorting: .name) { $0.remedyIndex == 0 ? $0.finding.subject : "" },
      Column("WHAT IS WRONG", width: 24, upTo: 70, rank: 0, style: { $0.finding.certainty.style }) { row in
        row.remedyIndex == 0 ? words(row.finding.sentence) : ""
      },
      Column("SURE", width: 8, rank: 2, style: { _ in .dim }) {
        $0.remedyIndex == 0 ? words($0.finding.certainty.rawValue) : ""
      },
      Column("REMEDY", width: 16, upTo: 60, rank: 0, style: { _ in .accent }) {
        $0.remedy.map { words($0.name) } ?? "–"
      },
    ]
  }

  /// The selected finding in detail: its evidence, and what its remedy costs.
  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    let gaps = (examination(state)?.gaps ?? []).flatMap {
      Line(state.words("Not looked at: {0}", state.words($0)), .statusWarning).wrapped(to: columns, indent: 2)
    }
    let staleness = state.staleLines(topic).flatMap { $0.wrapped(to: columns, indent: 2) }
    guard let selected else { return staleness + gaps }
    let finding = selected.finding
    let signs = finding.evidence.flatMap { sign -> [Line] in
      let field = sign.field.isEmpty ? "" : " \(sign.field)"
      let time = sign.time.isEmpty ? "" : state.words(", ") + state.words("{0} ago", state.age(of: sign.time))
      return Line(state.words("seen: {0}{1}: {2}{3}", sign.object, field, state.words(sign.value), time), .dim).wrapped(
        to: columns, indent: 6)
    }
    let cost = selected.remedy.map { remedy in
      remedy.cost.isEmpty
        ? [] : Line(state.words("cost: {0}", state.words(remedy.cost)), .stateBusy).wrapped(to: columns, indent: 6)
    }
    let head = Line("\(finding.subject): \(state.words(finding.sentence))", finding.certainty.style).wrapped(
      to: columns)
    return staleness + head + signs + (cost ?? []) + gaps
  }
}

extension Finding.Certainty {
  /// The style for findings of this certainty.
  fileprivate var style: StyleName {
    switch self {
    case .certain, .likely: .stateFailed
    case .possible: .stateBusy
    case .note: .dim
    }
  }
}
