import Terminal

/// Renders a README for a terminal: headings, lists, quotes, code, emphasis, links and simple tables.
///
/// Only a part of CommonMark is supported; other markup is shown as it is.
struct Markdown {
  private let source: [String]
  /// In bytes: longer texts are cut off.
  static let limit = 128 << 10

  init(_ text: String) {
    let isCut = text.utf8.count > Self.limit
    let text = isCut ? String(decoding: text.utf8.prefix(Self.limit), as: UTF8.self) + "\n\n(cut off here)" : text
    source = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
  }

  /// The text in lines of at most `columns`.
  func lines(columns: Int) -> [Line] {
    var writer = MarkdownWriter(columns: max(20, columns))
    var index = 0
    while index < source.count {
      index = writer.block(source, from: index)
    }
    return writer.finished
  }
}

/// Collects the lines of a document, block by block.
private struct MarkdownWriter {
  let columns: Int
  private var lines: [Line] = []
  private var paragraph = ""

  init(columns: Int) { self.columns = columns }

  var finished: [Line] {
    var copy = self
    copy.endParagraph()
    while copy.lines.last == .blank { copy.lines.removeLast() }
    return copy.lines
  }

  /// Handles the block that begins at `index` and returns the index of the next one.
  mutating func block(_ source: [String], from index: Int) -> Int {
    let raw = source[index]
    let text = raw.trimmed
    if text.hasPrefix("```") || text.hasPrefix("~~~") { return fence(source, from: index, String(text.prefix(3))) }
    if text.hasPrefix("|"), index + 1 < source.count, Self.isTableRule(source[index + 1]) {
      return table(source, from: index)
    }
    if text.isEmpty {
      endParagraph()
      addBlank()
    } else if let level = Self.headingLevel(text) {
      heading(String(text.dropFirst(level)).trimmed, level)
    } else if Self.isRule(text) {
      endParagraph()
      lines.append(Line(String(repeating: "─", count: min(columns, 40)), .border))
    } else if let item = Self.item(raw) {
      indented(String(repeating: " ", count: item.indent) + item.marker + " ", .accent, item.text)
    } else if text.hasPrefix(">") {
      indented("│ ", .border, String(text.dropFirst()).trimmed)
    } else if raw.hasPrefix("    "), paragraph.isEmpty {
      lines.append(Line("  " + raw.dropFirst(4), .markdownCode))
    } else if !Self.isMarkup(text) {
      paragraph += (paragraph.isEmpty ? "" : " ") + text
    }
    return index + 1
  }

  /// Adds a list item or a quotation, with its lines to the right of its mark.
  private mutating func indented(_ mark: String, _ style: StyleName, _ text: String) {
    endParagraph()
    lines += (Line(mark, style) + Inline(text).line).wrapped(to: columns, indent: mark.columns)
  }

  private mutating func endParagraph() {
    guard !paragraph.isEmpty else { return }
    lines += Inline(paragraph).line.wrapped(to: columns)
    paragraph = ""
  }

  private mutating func addBlank() {
    if !lines.isEmpty, lines.last != .blank { lines.append(.blank) }
  }

  private mutating func heading(_ text: String, _ level: Int) {
    endParagraph()
    addBlank()
    let words = Inline(text.trimmingHashes).line.text
    for piece in words.wrapped(to: columns) { lines.append(Line(piece, .markdownHeading)) }
    if level == 1 { lines.append(Line(String(repeating: "═", count: min(columns, words.columns)), .border)) }
  }

  private mutating func fence(_ source: [String], from index: Int, _ mark: String) -> Int {
    endParagraph()
    var index = index + 1
    while index < source.count, !source[index].trimmed.hasPrefix(mark) {
      lines.append(Line("  " + source[index], .markdownCode))
      index += 1
    }
    return index + 1
  }

  /// Adds a table with columns as wide as their widest cells; if the table is too wide, columns are limited to equal
  /// shares.
  private mutating func table(_ source: [String], from index: Int) -> Int {
    endParagraph()
    var rows: [[Line]] = []
    var index = index
    while index < source.count, source[index].trimmed.hasPrefix("|") {
      if !Self.isTableRule(source[index]) { rows.append(Self.cells(source[index]).map { Inline($0).line }) }
      index += 1
    }
    let count = rows.map(\.count).max() ?? 0
    let widest = (0..<count).map { column in rows.map { $0.count > column ? $0[column].text.columns : 0 }.max() ?? 0 }
    let share = max(4, (columns - 2 * (count - 1)) / max(1, count))
    let isTooWide = widest.reduce(2 * (count - 1), +) > columns
    for (number, row) in rows.enumerated() {
      var line = Line([])
      for (column, cell) in row.enumerated() {
        let width = isTooWide ? min(widest[column], share) : widest[column]
        let style: StyleName = number == 0 ? .markdownEmphasis : cell.spans.first?.style ?? .text
        line.spans.append(Line.Span(text: cell.text.fitted(to: width) + "  ", style: style))
      }
      lines.append(line)
    }
    return index
  }

  private static func cells(_ row: String) -> [String] {
    var text = row.trimmed[...]
    if text.hasPrefix("|") { text = text.dropFirst() }
    if text.hasSuffix("|") { text = text.dropLast() }
    return text.split(separator: "|", omittingEmptySubsequences: false).map { String($0).trimmed }
  }

  private static func isTableRule(_ row: String) -> Bool {
    let text = row.trimmed
    return text.hasPrefix("|") && text.contains("-") && text.allSatisfy { "|-: ".contains($0) }
  }

  private static func headingLevel(_ text: String) -> Int? {
    let level = text.prefix { $0 == "#" }.count
    return (1...6).contains(level) && text.dropFirst(level).first == " " ? level : nil
  }

  private static func isRule(_ text: String) -> Bool {
    guard text.count >= 3, let first = text.first, "-*_=".contains(first) else { return false }
    return text.allSatisfy { $0 == first || $0 == " " }
  }

  /// Whether the line is only a comment or a tag, with no text to show.
  private static func isMarkup(_ text: String) -> Bool {
    text.hasPrefix("<") && text.hasSuffix(">") && !text.hasPrefix("<http")
  }

  private static func item(_ raw: String) -> (indent: Int, marker: String, text: String)? {
    let indent = raw.prefix { $0 == " " || $0 == "\t" }.reduce(0) { $0 + ($1 == "\t" ? 2 : 1) }
    let text = raw.trimmed
    if let first = text.first, "-*+".contains(first), text.dropFirst().first == " " {
      return (min(indent, 8), "•", String(text.dropFirst(2)).trimmed)
    }
    let digits = text.prefix { $0.isNumber }
    let rest = text.dropFirst(digits.count)
    guard !digits.isEmpty, digits.count < 4, rest.hasPrefix(". ") || rest.hasPrefix(") ") else { return nil }
    return (min(indent, 8), digits + ".", String(rest.dropFirst(2)).trimmed)
  }
}

extension String {
  /// The text without the hashes that may close a heading.
  fileprivate var trimmingHashes: String {
    var text = self[...]
    while text.last == "#" { text.removeLast() }
    return String(text).trimmed
  }
}

/// The markup within a line: code, emphasis, links and pictures.
private struct Inline {
  private var spans: [Line.Span] = []
  private var plain = ""

  var line: Line { Line(spans) }

  init(_ text: String) {
    var rest = Array(text)[...]
    while let character = rest.first {
      if !consume(character, &rest) {
        plain.append(character)
        rest.removeFirst()
      }
    }
    flush()
  }

  private mutating func flush() {
    if !plain.isEmpty { spans.append(Line.Span(text: plain, style: .text)) }
    plain = ""
  }

  private mutating func add(_ text: some StringProtocol, _ style: StyleName) {
    flush()
    spans.append(Line.Span(text: String(text), style: style))
  }

  /// Consumes the markup at the start of `rest`, if any; returns whether there was any.
  private mutating func consume(_ character: Character, _ rest: inout ArraySlice<Character>) -> Bool {
    switch character {
    case "`": return between(["`"], .markdownCode, &rest)
    case "*", "_":
      let strong = [character, character]
      if rest.starts(with: strong) { return between(strong, .markdownEmphasis, &rest) }
      // An underscore inside a word, such as a file name, is literal.
      if character == "_", plain.last.map({ $0.isLetter || $0.isNumber }) == true { return false }
      return between([character], .markdownEmphasis, &rest)
    case "!": return rest.dropFirst().first == "[" && link(&rest, isPicture: true)
    case "[": return link(&rest, isPicture: false)
    case "\\":
      guard let next = rest.dropFirst().first, next.isPunctuation || next.isSymbol else { return false }
      plain.append(next)
      rest = rest.dropFirst(2)
      return true
    default: return false
    }
  }

  private mutating func between(
    _ mark: [Character], _ style: StyleName, _ rest: inout ArraySlice<Character>
  ) -> Bool {
    let inside = rest.dropFirst(mark.count)
    let limit = min(inside.endIndex, inside.startIndex + Self.reach)
    var end = inside.startIndex
    while end < limit, !inside[end...].starts(with: mark) { end += 1 }
    guard end < limit, end > inside.startIndex, inside.first != " " else { return false }
    add(String(inside[..<end]), style)
    rest = inside[end...].dropFirst(mark.count)
    return true
  }

  /// Handles `[text](address)`: the address follows the text, unless it equals the text or refers to the same page.
  private mutating func link(_ rest: inout ArraySlice<Character>, isPicture: Bool) -> Bool {
    let body = rest.dropFirst(isPicture ? 2 : 1).prefix(Self.reach)
    guard let close = body.firstIndex(of: "]"), body[close...].dropFirst().first == "(",
      let end = body[close...].firstIndex(of: ")")
    else { return false }
    let text = String(body[..<close])
    let address = String(body[close...].dropFirst(2).prefix { $0 != ")" && $0 != " " })
    if isPicture {
      add("[\(text.isEmpty ? "picture" : text)]", .dim)
    } else {
      add(text.isEmpty ? address : text, .markdownLink)
      if address != text, !address.hasPrefix("#") { add(" (\(address))", .dim) }
    }
    rest = rest[(end + 1)...]
    return true
  }

  /// The maximum distance at which the end of markup is searched, so that hostile text cannot make this slow.
  private static let reach = 300
}

extension String {
  /// The text without whitespace at both ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
