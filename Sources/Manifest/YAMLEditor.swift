/// Edits a YAML text at the positions of its spans.
///
/// The result is only a proposal, which `YAMLEdit` parses again and checks.
struct YAMLEditor {
  private let scalars: [Unicode.Scalar]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The text with `form` at `path` below `node`; `nil` if that is not possible in place.
  func set(_ path: ArraySlice<YAMLEdit.Path.Step>, to form: String, at node: YAMLSpan?) -> String? {
    guard let node, !(node.isNull) else {
      guard let block = Self.block(path, form, indent: 0) else { return nil }
      return inserting(block, afterLineOf: scalars.count, indent: 0)
    }
    guard let step = path.first else { return replacing(node, form) }
    switch (step, node.kind) {
    case (.key(let key), .mapping(let pairs, let isFlow)):
      guard let pair = node.pair(key) else { return adding(path, form, to: node, pairs.last?.value, isFlow) }
      if pair.value.isNull, path.count > 1 { return filling(pair, path.dropFirst(), form, isFlow) }
      if path.count == 1 { return replacing(pair, form) }
      return set(path.dropFirst(), to: form, at: pair.value)
    case (.index(let index), .sequence(let items, let isFlow)):
      if index < items.count { return set(path.dropFirst(), to: form, at: items[index]) }
      return adding(path, form, to: node, items.last, isFlow)
    default: return nil
    }
  }

  /// The possible texts without the value at `path`.
  func unset(_ path: ArraySlice<YAMLEdit.Path.Step>, at node: YAMLSpan) -> [String] {
    switch (path.first, node.kind) {
    case (.key(let key)?, .mapping(let pairs, let isFlow)):
      guard let position = pairs.lastIndex(where: { $0.key.name == key }) else { return [] }
      guard let comments = comments(emptying: pairs[position], by: path.dropFirst()) else {
        let emptied = unset(path.dropFirst(), at: pairs[position].value)
        // A list below its key becomes `[]` beside the key when it is emptied.
        return emptied + [replacing(pairs[position], "[]")].compactMap(\.self)
      }
      return [isFlow ? removingInFlow(parts(pairs), position) : removingInBlock(pairs, position, node, comments)]
    case (.index(let index)?, .sequence(let items, let isFlow)) where index < items.count:
      if path.count > 1 { return unset(path.dropFirst(), at: items[index]) }
      return isFlow ? [removingInFlow(items.map { ($0.start, $0.end) }, index)] : removingItem(items, index, node)
    default: return []
    }
  }
}

// Sets values.
extension YAMLEditor {
  private func replacing(_ node: YAMLSpan, _ form: String) -> String? {
    if case .alias = node.kind { return nil }
    return spliced(node.start, trimmedEnd(of: node), form)
  }

  /// Replaces the value of a pair; a value below its key moves to the key's line.
  private func replacing(_ pair: YAMLSpan.Pair, _ form: String) -> String? {
    if case .alias = pair.value.kind { return nil }
    guard let colon = colon(after: pair.key) else { return nil }
    if pair.value.start == pair.value.end { return spliced(colon, colon, " " + form) }
    let isBelow = scalars[colon..<pair.value.start].contains("\n")
    if isBelow { return spliced(colon, trimmedEnd(of: pair.value), " " + form) }
    return replacing(pair.value, form)
  }

  /// Gives a key without a value the rest of the path.
  private func filling(
    _ pair: YAMLSpan.Pair, _ path: ArraySlice<YAMLEdit.Path.Step>, _ form: String, _ isFlow: Bool
  ) -> String? {
    if isFlow { return replacing(pair, Self.flow(path, form)) }
    let indent = pair.key.column + 2
    guard let colon = colon(after: pair.key), let block = Self.block(path, form, indent: indent) else { return nil }
    let cleared = pair.value.start == pair.value.end ? self : YAMLEditor(spliced(colon, pair.value.end, ""))
    return cleared.inserting(block, afterLineOf: colon, indent: indent)
  }

  private func adding(
    _ path: ArraySlice<YAMLEdit.Path.Step>, _ form: String, to node: YAMLSpan, _ last: YAMLSpan?, _ isFlow: Bool
  ) -> String? {
    if isFlow {
      let isItem = if case .index? = path.first { true } else { false }
      let text = isItem ? Self.flow(path.dropFirst(), form) : String(Self.flow(path, form).dropFirst().dropLast())
      let position = last.map(trimmedEnd) ?? node.start + 1
      return spliced(position, position, last == nil ? text : ", " + text)
    }
    guard let block = Self.block(path, form, indent: node.column) else { return nil }
    return inserting(block, afterLineOf: trimmedEnd(of: node), indent: node.column)
  }

  /// `path` with `form` at its end as lines of block YAML, the first without its indent.
  private static func block(_ path: ArraySlice<YAMLEdit.Path.Step>, _ form: String, indent: Int) -> String? {
    guard let step = path.first else { return form }
    let rest = path.dropFirst()
    switch step {
    case .key(let key):
      if rest.isEmpty { return "\(quoted(key)): \(form)" }
      guard let inner = block(rest, form, indent: indent + 2) else { return nil }
      return "\(quoted(key)):\n\(String(repeating: " ", count: indent + 2))\(inner)"
    case .index:
      guard let inner = block(rest, form, indent: indent + 2) else { return nil }
      return "- \(inner)"
    }
  }

  private static func flow(_ path: ArraySlice<YAMLEdit.Path.Step>, _ form: String) -> String {
    switch path.first {
    case nil: form
    case .key(let key)?: "{\(quoted(key)): \(flow(path.dropFirst(), form))}"
    case .index?: "[\(flow(path.dropFirst(), form))]"
    }
  }

  private static func quoted(_ key: String) -> String {
    let isPlain = key.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./".unicodeScalars.contains($0))
    }
    return isPlain && YAML.isStringEverywhere(key) && !key.hasPrefix("-") ? key : JSON.text(.string(key))
  }
}

// Removes values.
extension YAMLEditor {
  private typealias Pairs = [YAMLSpan.Pair]
  private typealias Part = (start: Int, end: Int)

  private func parts(_ pairs: Pairs) -> [Part] { pairs.map { ($0.key.start, max($0.key.end, $0.value.end)) } }

  private func removingInFlow(_ parts: [Part], _ position: Int) -> String {
    if position + 1 < parts.count { return spliced(parts[position].start, parts[position + 1].start, "") }
    return spliced(position > 0 ? parts[position - 1].end : parts[position].start, parts[position].end, "")
  }

  /// Removes an item with its dash, and with its lines if there is nothing else on them.
  private func removingItem(_ items: [YAMLSpan], _ position: Int, _ node: YAMLSpan) -> [String] {
    if items.count == 1 { return [spliced(node.start, trimmedEnd(of: node), "[]")] }
    guard let dash = scalars[..<items[position].start].lastIndex(of: "-") else { return [] }
    let end = endOfLine(after: max(trimmedEnd(of: items[position]), dash))
    let lineStart = startOfLine(before: dash)
    if scalars[lineStart..<dash].allSatisfy({ $0 == " " }) {
      return [spliced(lineStart, min(end + 1, scalars.count), "")]
    }
    // The first item of a nested list is after two dashes.
    guard position + 1 < items.count, let nextDash = scalars[..<items[position + 1].start].lastIndex(of: "-")
    else { return [] }
    return [spliced(dash, nextDash, "")]
  }

  /// The lines of comments between a key and the one at `path` below it; `nil` if there are other values below the key,
  /// so that it is kept.
  private func comments(emptying pair: YAMLSpan.Pair, by path: ArraySlice<YAMLEdit.Path.Step>) -> String? {
    guard let step = path.first else { return "" }
    guard case .key(let key) = step, case .mapping(let pairs, _) = pair.value.kind, pairs.count == 1,
      let inner = pairs.first, inner.key.name == key, let rest = comments(emptying: inner, by: path.dropFirst()),
      let colon = colon(after: pair.key)
    else { return nil }
    let lines = scalars[colon..<inner.key.start].split(separator: "\n", omittingEmptySubsequences: false)
    let comments = lines.compactMap { line -> String? in
      guard let sign = line.firstIndex(of: "#") else { return nil }
      // A comment beside a removed key gets a line of its own.
      let isBesideKey = line.startIndex == colon
      let lead = isBesideKey ? String(repeating: " ", count: pair.key.column) : Self.text(line[..<sign])
      return lead + Self.text(line[sign...]) + "\n"
    }
    return comments.joined() + rest
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  /// Removes a pair; `comments` are those of its lines that are kept.
  private func removingInBlock(_ pairs: Pairs, _ position: Int, _ node: YAMLSpan, _ comments: String) -> String {
    let own = pairs[position]
    let end = endOfLine(after: max(trimmedEnd(of: own.value), colon(after: own.key) ?? own.key.end))
    let lineStart = startOfLine(before: own.key.start)
    let isAlone = scalars[lineStart..<own.key.start].allSatisfy { $0 == " " }
    if pairs.count == 1, node.column > 0 || !isAlone {
      // The last pair below a key leaves `{}`, because no value would mean null.
      return spliced(node.start, trimmedEnd(of: node), "{}" + (comments.isEmpty ? "" : "\n\(comments.dropLast())"))
    }
    if isAlone { return spliced(lineStart, min(end + 1, scalars.count), comments) }
    guard position + 1 < pairs.count else { return spliced(own.key.start, end, comments) }
    // The next pair moves to the place of the first key, after a dash, or below the comments there.
    let next = pairs[position + 1].key.start
    if comments.isEmpty { return spliced(own.key.start, next, "") }
    return spliced(own.key.start, startOfLine(before: next), String(comments.drop { $0 == " " }))
  }
}

// Positions.
extension YAMLEditor {
  /// The position after the colon of a key.
  private func colon(after key: YAMLSpan) -> Int? {
    guard let position = scalars[key.end...].firstIndex(of: ":") else { return nil }
    return position + 1
  }

  /// The end of a node's text, without the line ends after a block scalar.
  private func trimmedEnd(of node: YAMLSpan) -> Int {
    var end = min(node.end, scalars.count)
    while end > node.start, " \t\r\n".unicodeScalars.contains(scalars[end - 1]) { end -= 1 }
    return end
  }

  private func startOfLine(before position: Int) -> Int {
    (scalars[..<position].lastIndex(of: "\n") ?? -1) + 1
  }

  private func endOfLine(after position: Int) -> Int {
    scalars[min(position, scalars.count)...].firstIndex(of: "\n") ?? scalars.count
  }

  private func spliced(_ start: Int, _ end: Int, _ text: String) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars[..<start])
    result.append(contentsOf: text.unicodeScalars)
    result.append(contentsOf: scalars[max(start, end)...])
    return String(result)
  }

  /// Inserts `block` on lines of its own after the line of `position`; a text without a final line end gets one.
  private func inserting(_ block: String, afterLineOf position: Int, indent: Int) -> String {
    let lead = String(repeating: " ", count: indent)
    let end = endOfLine(after: position)
    if end < scalars.count { return spliced(end + 1, end + 1, lead + block + "\n") }
    let isWhole = scalars.isEmpty || scalars.last == "\n"
    return spliced(end, end, (isWhole ? "" : "\n") + lead + block + "\n")
  }
}
