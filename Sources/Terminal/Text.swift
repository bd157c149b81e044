/// Measures and fits text in terminal columns.
///
/// A Chinese character takes two columns, a combining mark none, and a control character one: it is shown as U+FFFD.
extension String {
  /// The number of columns of this text on a screen.
  package var columns: Int {
    var result = 0
    Glyph.forEach(in: self) { glyph in
      result += glyph.columns
      return true
    }
    return result
  }

  /// This text as a screen shows it, safe to print to a terminal.
  ///
  /// Control characters, line ends included, become U+FFFD and a tab becomes blanks; invisible characters and those
  /// that change the direction of text are removed.
  package var sanitised: String {
    var result = ""
    Glyph.forEach(in: self) { glyph in
      result.append(glyph.text)
      return true
    }
    return result
  }

  /// This text without characters that would affect a terminal into which it is pasted: control characters except line
  /// ends and tabs, and characters that hide or reverse text.
  package var pasteable: String {
    split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map { String($0).sanitised }.joined(separator: "\t")
    }.joined(separator: "\n")
  }

  /// This text cut to at most `columns`, with an ellipsis at its end if it was cut.
  package func truncated(to columns: Int) -> String {
    guard exceeds(columns) else { return self }
    guard columns > 0 else { return "" }
    return prefix(columns: columns - 1) + "…"
  }

  /// This text cut in the middle to at most `columns`, for names whose ends matter.
  package func middleTruncated(to columns: Int) -> String {
    guard exceeds(columns) else { return self }
    guard columns > 1 else { return truncated(to: columns) }
    let head = prefix(columns: columns / 2)
    return head + "…" + suffix(columns: columns - 1 - head.columns)
  }

  /// This text padded with blanks to `columns`, after it or before it.
  package func padded(to columns: Int, leading: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, columns - self.columns))
    return leading ? blanks + self : self + blanks
  }

  /// This text in exactly `columns`: cut with an ellipsis, or padded.
  package func fitted(to columns: Int, leading: Bool = false) -> String {
    truncated(to: columns).padded(to: columns, leading: leading)
  }

  /// The longest prefix of at most `columns`.
  package func prefix(columns: Int) -> String {
    var (result, used) = ("", 0)
    Glyph.forEach(in: self) { glyph in
      guard used + glyph.columns <= columns else { return false }
      result.append(glyph.text)
      used += glyph.columns
      return true
    }
    return result
  }

  /// The longest suffix of at most `columns`.
  package func suffix(columns: Int) -> String {
    var (result, used) = ([Character](), 0)
    for glyph in glyphs.reversed() {
      guard used + glyph.columns <= columns else { break }
      result.append(glyph.text)
      used += glyph.columns
    }
    return String(result.reversed())
  }

  var glyphs: [Glyph] {
    var result: [Glyph] = []
    Glyph.forEach(in: self) { glyph in
      result.append(glyph)
      return true
    }
    return result
  }

  private func exceeds(_ columns: Int) -> Bool {
    var left = columns
    Glyph.forEach(in: self) { glyph in
      left -= glyph.columns
      return left >= 0
    }
    return left < 0
  }
}

extension String {
  /// This text in lines of at most `columns`, broken at blanks and next to wide characters.
  ///
  /// Line ends in the text are kept; a word longer than a line is cut. The result is never empty.
  package func wrapped(to columns: Int) -> [String] {
    split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).flatMap { line in
      Self.wrap(String(line).glyphs, to: Swift.max(2, columns))
    }
  }

  private static func wrap(_ glyphs: [Glyph], to columns: Int) -> [String] {
    var lines: [String] = []
    var (start, used, breakAt) = (0, 0, 0)
    var index = 0
    while index < glyphs.count {
      let glyph = glyphs[index]
      if glyph.text == " " || index > start && mayBreak(between: glyphs[index - 1], glyph) { breakAt = index }
      if used + glyph.columns > columns {
        let end = breakAt > start ? breakAt : index
        lines.append(text(glyphs[start..<end]))
        start = end
        while start < glyphs.count, glyphs[start].text == " " { start += 1 }
        (index, used, breakAt) = (start, 0, start)
        continue
      }
      used += glyph.columns
      index += 1
    }
    if start < glyphs.count || lines.isEmpty { lines.append(text(glyphs[start...])) }
    return lines
  }

  /// Whether a line may end between `before` and `after`: around an ideograph, but no line begins with a mark that closes
  /// something, or ends with one that opens something (W3C, Requirements for Chinese Text Layout).
  private static func mayBreak(between before: Glyph, _ after: Glyph) -> Bool {
    guard before.columns == 2 || after.columns == 2, before.text != " " else { return false }
    return !"、。，；：？！）】》」』〉”’…,.;:?!)]}".contains(after.text) && !"（【《「『〈“‘([{".contains(before.text)
  }

  private static func text(_ glyphs: ArraySlice<Glyph>) -> String {
    var result = String(glyphs.map(\.text))
    while result.last == " ", result.count > 1 { result.removeLast() }
    return result
  }
}
