import Manifest
package import Platform
package import Terminal

extension EditorView {
  /// Draws the editor in `area` and returns the position of the cursor.
  ///
  /// `resize(to:)` must have been called with the size of `area`; `words` translates the editor's messages.
  package func draw(
    on surface: inout Surface, in area: Rect, theme: Theme, words: (Sentence) -> String = \.english
  ) -> Point? {
    surface.fill(area, style: theme[.text])
    let (body, message) = area.split(top: textRows)
    for row in window.visible(height: body.size.rows, count: rowCount) {
      draw(line: line(inRow: row), on: &surface, in: body.row(row - window.top), theme: theme, words)
    }
    if let prompt {
      let start = surface.write(prompt.label, row: 0, in: message, style: theme[.prompt])
      return prompt.field.draw(
        on: &surface, in: message.split(left: start - message.origin.column).rest, style: theme[.prompt])
    }
    draw(message: message, on: &surface, theme: theme, words)
    return cursorPoint(in: area)
  }

  private func draw(message area: Rect, on surface: inout Surface, theme: Theme, _ words: (Sentence) -> String) {
    if let notice {
      surface.write(words(notice).truncated(to: area.size.columns), row: 0, in: area, style: theme[.accent])
      return
    }
    if let finding {
      let rows = words(finding.sentence).wrapped(to: area.size.columns)
      for (row, text) in rows.prefix(area.size.rows).enumerated() {
        let rest = row == area.size.rows - 1 ? rows.dropFirst(row).joined(separator: " ") : text
        surface.write(rest.truncated(to: area.size.columns), row: row, in: area, style: theme[.editorProblem])
      }
      return
    }
    let state = hasUnsavedEdits ? "  " + words("edited") : ""
    let pending = pendingKeys.isEmpty ? "" : "  " + pendingKeys.spelling
    let position = words("line \(draft.cursor.line + 1), column \(draft.cursor.column + 1)")
    surface.write(position + state + pending, row: 0, in: area, style: theme[.dim])
  }

  private func draw(
    line: Int, on surface: inout Surface, in row: Rect, theme: Theme, _ words: (Sentence) -> String
  ) {
    let (margin, body) = row.split(left: gutter)
    let hasProblem = findings.contains { min($0.line, draft.buffer.lines.count) - 1 == line }
    let number = String(line + 1).padded(to: gutter - 2, leading: true)
    surface.write(
      number + (hasProblem ? "!" : " "), row: 0, in: margin,
      style: theme[hasProblem ? .editorProblem : .editorLineNumber])
    let base = theme[line == draft.cursor.line ? .editorCursorLine : .text]
    surface.fill(body, style: base)
    let end = draw(text: draft.buffer.lines[line], spans: spans(line: line), on: &surface, in: body) { name in
      name.map { theme[$0] }?.over(base) ?? base
    }
    let hidden = hiddenCount(below: line)
    if hidden > 0 {
      let position = Point(row: body.origin.row, column: max(body.origin.column, end))
      surface.write(words(hidden == 1 ? " … 1 line" : " … \(hidden) lines"), at: position, in: body, style: theme[.dim])
    }
    if let selected = selectedColumns(of: line) {
      let start = body.origin.column + selected.lowerBound - leftColumn
      let area = Rect(
        Point(row: row.origin.row, column: max(start, body.origin.column)),
        Size(rows: 1, columns: start + selected.count - max(start, body.origin.column)))
      surface.highlight(area.clipped(to: body), style: theme[.editorSelection])
    }
  }

  private func draw(
    text: String, spans: [Highlighter.Span], on surface: inout Surface, in area: Rect, style: (StyleName?) -> Style
  ) -> Int {
    var column = area.origin.column - leftColumn
    var position = 0
    let bytes = text.utf8
    func write(to end: Int, _ name: StyleName?) {
      guard end > position, column < area.columns.upperBound else { return }
      let start = bytes.index(bytes.startIndex, offsetBy: position)
      let part = String(text[start..<bytes.index(start, offsetBy: end - position)])
      column = surface.write(part, at: Point(row: area.origin.row, column: column), in: area, style: style(name))
      position = end
    }
    for span in spans {
      write(to: span.bytes.lowerBound, nil)
      write(to: span.bytes.upperBound, span.style)
    }
    write(to: bytes.count, nil)
    return column
  }

  /// The selected columns of `line`; one more than its text if its line end is selected too.
  private func selectedColumns(of line: Int) -> Range<Int>? {
    let range = draft.selection.range
    guard !range.isEmpty, (range.lowerBound.line...range.upperBound.line).contains(line) else { return nil }
    let text = draft.buffer.lines[line]
    let start = line == range.lowerBound.line ? String(text.prefix(range.lowerBound.column)).columns : 0
    let end = line == range.upperBound.line ? String(text.prefix(range.upperBound.column)).columns : text.columns + 1
    return start..<max(start, end)
  }

  /// All messages about the text.
  private var findings: [SyntaxError] { (problem.map { [$0] } ?? []) + warnings + marks }

  /// The message in the last row: the error of the text, else the message about the cursor's line, else the first one.
  private var finding: SyntaxError? {
    problem ?? findings.first { $0.line == draft.cursor.line + 1 } ?? findings.first
  }

  /// The rows for the message, at most a fifth of the height.
  var messageRows: Int {
    guard prompt == nil, notice == nil, let finding else { return 1 }
    let rows = finding.sentence.english.wrapped(to: max(1, size.columns)).count
    return min(max(1, size.rows / 5), rows)
  }

  /// The position of the cursor when the editor is drawn in `area`; `nil` if it is outside.
  package func cursorPoint(in area: Rect) -> Point? {
    let (body, message) = area.split(top: textRows)
    if let prompt {
      let left = message.split(left: prompt.label.columns).rest
      var scratch = Surface(size: Size(rows: area.origin.row + area.size.rows, columns: area.columns.upperBound))
      return prompt.field.draw(on: &scratch, in: left, style: .plain)
    }
    let before = String(draft.buffer.lines[draft.cursor.line].prefix(draft.cursor.column)).columns
    let point = Point(
      row: body.origin.row + row(of: draft.cursor.line) - window.top,
      column: body.origin.column + gutter + before - leftColumn)
    return body.contains(point) ? point : nil
  }
}
