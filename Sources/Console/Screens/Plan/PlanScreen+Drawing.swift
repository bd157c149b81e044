import Extensions
import Operations
import Terminal

// The title, the verdict, the text and the buttons.
extension PlanScreen {
  func height(_ state: ConsoleState) -> Int { max(1, areas(Rect(state.bodySize), state).text.size.rows) }

  /// The areas of title, text and buttons; on a low screen the text gets every row that the others do not need.
  private func areas(_ area: Rect, _ state: ConsoleState) -> (title: Rect, text: Rect, buttons: Rect) {
    let isLow = area.size.rows < 12
    let rows = isLow ? titleRows(columns: area.size.columns - 2, state).count : 2
    let (top, rest) = area.split(top: rows)
    let buttons = requiresTypedName && !isBlocked ? 0 : 1
    let notes = note(columns: area.size.columns - 2, state.words).count
    let (text, bottom) = rest.split(bottom: isLow ? buttons + notes : max(2, buttons + notes))
    return (top.inset(columns: 1), text.inset(columns: 1), bottom.inset(columns: 1))
  }

  /// The note above the buttons: that the plan has changed, or how to confirm it.
  private func note(columns: Int, _ words: Language) -> [String] {
    if isUnderWay { return [words("Being sent …")] }
    let reading = isConfirmedByName && !isReadToTheEnd ? words("Read on to the end: the name is asked for there.") : nil
    return Array((progress.words ?? reading)?.wrapped(to: columns).prefix(4) ?? [])
  }

  /// The button, labelled with the change.
  func applyButton(_ words: Language) -> String {
    "[ \(prelude.isEmpty ? words.verb(change) : words("{0} and what it needs", words.verb(change))) ]"
  }

  /// The rows of the title: the object and the cluster are never cut off; on a narrow screen they take a second row,
  /// which they share with the verdict.
  private func titleRows(columns: Int, _ state: ConsoleState) -> [String] {
    let lines = Array(
      state.words("{0}: {1} on {2}", state.words.verb(change), name, state.session.cluster).wrapped(to: columns).prefix(
        2))
    let fits = (lines.last?.columns ?? 0) + 2 + standingText(state.words).columns <= columns
    return fits || lines.count == 2 ? lines : lines + [""]
  }

  private func standingText(_ words: Language) -> String { plan == nil ? "" : standing.map { words($0.text) } ?? "" }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let areas = areas(area, state)
    pager.draw(on: &surface, in: areas.text, state)
    guard plan != nil else { return }
    let lines = titleRows(columns: areas.title.size.columns, state)
    let style = state.theme[requiresTypedName ? .dialogDanger : .dialogTitle]
    for (row, line) in lines.enumerated() { surface.write(line, row: row, in: areas.title, style: style) }
    drawStanding(on: &surface, in: areas.title.row(lines.count - 1), after: lines.last?.columns ?? 0, state)
    drawButtons(on: &surface, in: areas.buttons, state)
  }

  private func drawStanding(on surface: inout Surface, in row: Rect, after used: Int, _ state: ConsoleState) {
    let text = standingText(state.words).truncated(to: max(0, row.size.columns - (used == 0 ? 0 : used + 2)))
    let position = Point(row: row.origin.row, column: row.columns.upperBound - text.columns)
    surface.write(text, at: position, in: row, style: state.theme[standing?.style ?? .dim])
  }

  private func drawButtons(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let last = area.size.rows - 1
    let isTyped = requiresTypedName && !isBlocked
    let note = note(columns: area.size.columns, state.words)
    for (row, words) in note.enumerated() {
      let position = last - note.count + row + (isTyped || isUnderWay ? 1 : 0)
      surface.write(words, row: position, in: area, style: state.theme[.statusBusy])
    }
    if isTyped || isUnderWay { return }
    let plain = state.theme[.dialog]
    let focused = state.theme[.dialogButton]
    let end = surface.write(
      "[ \(state.words("Cancel")) ]", row: last, in: area, style: isApplyFocused ? plain : focused)
    guard !isBlocked, !state.session.isReadOnly else { return }
    let position = Point(row: area.origin.row + last, column: end + 1)
    surface.write(applyButton(state.words), at: position, in: area, style: isApplyFocused ? focused : plain)
  }
}

extension PlanScreen.Progress {
  /// The note above the buttons.
  fileprivate var words: String? {
    switch self {
    case .changed(let reason), .warned(let reason): reason
    case .asking, .reading: nil
    }
  }
}

extension PlanVerdict {
  /// The style of the verdict; dimmed if it is out of date.
  fileprivate var style: StyleName {
    if isStale { return .dim }
    return switch word {
    case .ready: .statusOK
    case .blocked, .refused: .dialogDanger
    case .asking: .dim
    case .notKnown: .statusWarning
    }
  }
}
