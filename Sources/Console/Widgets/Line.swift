import Terminal

/// One line of text in several styles.
struct Line: Hashable, Sendable, ExpressibleByStringLiteral {
  struct Span: Hashable, Sendable {
    var text: String
    /// The style of the text.
    var style: StyleName
  }

  var spans: [Span]

  init(_ spans: [Span]) { self.spans = spans }
  init(_ text: String, _ style: StyleName = .text) { spans = [Span(text: text, style: style)] }
  init(stringLiteral text: String) { self.init(text) }

  static let blank = Line([])

  var text: String { spans.map(\.text).joined() }

  /// This line followed by `other`.
  static func + (line: Line, other: Line) -> Line { Line(line.spans + other.spans) }

  /// This line in lines of at most `columns`, broken at blanks; all but the first are indented by `indent` blanks.
  ///
  /// Line breaks in the text are kept, and the lines after them are indented as well.
  func wrapped(to columns: Int, indent: Int = 0) -> [Line] {
    let parts = parts
    let first = parts[0].wrappedAlone(to: columns, indent: indent)
    let margin = Line(String(repeating: " ", count: indent))
    return parts.dropFirst().reduce(into: first) { lines, part in
      let rest = part.wrappedAlone(to: max(8, columns - indent))
      lines += indent == 0 ? rest : rest.map { margin + $0 }
    }
  }

  /// This line split at line breaks and sanitised; tabs become blanks, so that columns can be counted.
  private var parts: [Line] {
    if spans.allSatisfy({ span in span.text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }) { return [self] }
    var parts: [[Span]] = [[]]
    for span in spans {
      let pieces = span.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (index, piece) in pieces.enumerated() {
        if index > 0 { parts.append([]) }
        if !piece.isEmpty { parts[parts.count - 1].append(Span(text: String(piece).sanitised, style: span.style)) }
      }
    }
    return parts.map { Line($0) }
  }

  private func wrappedAlone(to columns: Int, indent: Int = 0) -> [Line] {
    let pieces = text.wrapped(to: max(8, columns))
    if pieces.count < 2 { return [self] }
    var lines: [Line] = []
    var rest = spans[...]
    var isFirst = true
    while !rest.isEmpty {
      let (taken, left) = Self.cut(at: max(8, columns - (isFirst ? 0 : indent)), from: rest)
      lines.append(isFirst || indent == 0 ? Line(taken) : Line(String(repeating: " ", count: indent)) + Line(taken))
      (rest, isFirst) = (left, false)
    }
    return lines
  }

  /// This line, shortened to `columns` with `…` if it is longer.
  func truncated(to columns: Int) -> Line {
    guard text.columns > columns else { return self }
    var left = columns
    var kept: [Span] = []
    for span in spans where left > 0 {
      let width = span.text.columns
      // The last span ends with `…` even if only the spans after it were cut.
      let text = width < left ? span.text : (span.text + " ").truncated(to: left)
      kept.append(Span(text: text, style: span.style))
      left -= width
    }
    return Line(kept)
  }

  /// The part of the text that can matter for one line, because a whole README may be one paragraph.
  private static func beginning(of spans: ArraySlice<Span>, characters: Int) -> String {
    var text = ""
    var left = characters
    for span in spans where left > 0 {
      let part = span.text.prefix(left)
      text += part
      left -= part.count
    }
    return text
  }

  /// The longest beginning that fits, with its styles, and the rest without the blanks at the cut.
  private static func cut(at columns: Int, from spans: ArraySlice<Span>) -> ([Span], ArraySlice<Span>) {
    let first = beginning(of: spans, characters: 2 * columns + 2).wrapped(to: columns).first ?? ""
    var left = max(1, first.count)
    var taken: [Span] = []
    var rest = spans
    while left > 0, var span = rest.popFirst() {
      if span.text.count <= left {
        left -= span.text.count
        taken.append(span)
        continue
      }
      taken.append(Span(text: String(span.text.prefix(left)), style: span.style))
      span.text = String(span.text.dropFirst(left))
      rest = [span] + rest
      left = 0
    }
    while var span = rest.first {
      span.text = String(span.text.drop { $0 == " " })
      rest = rest.dropFirst()
      guard span.text.isEmpty else {
        rest = [span] + rest
        break
      }
    }
    return (taken, rest)
  }
}

extension Surface {
  /// Writes `line` at the left of row `row` of `area`.
  ///
  /// Text that does not fit ends with `…`, so that the cut is visible.
  mutating func write(_ line: Line, row: Int, in area: Rect, _ theme: Theme) {
    var column = area.origin.column
    for span in line.truncated(to: area.size.columns).spans {
      let point = Point(row: area.origin.row + row, column: column)
      column = write(span.text, at: point, in: area, style: theme[span.style])
    }
  }
}
