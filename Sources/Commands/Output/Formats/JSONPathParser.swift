/// Parses a template.
struct JSONPathParser {
  private let text: [Unicode.Scalar]
  private var at = 0

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  mutating func parts() throws(JSONPathError) -> [JSONPathTemplate.Part] {
    var parts: [JSONPathTemplate.Part] = []
    while at < text.count {
      let start = at
      while at < text.count, text[at] != "{" { at += 1 }
      if at > start { parts.append(.text(string(start..<at))) }
      guard at < text.count else { break }
      at += 1
      parts.append(.action(try action()))
    }
    return parts
  }

  private static func nodes(_ text: String) throws(JSONPathError) -> [JSONPathTemplate.Node] {
    var parser = JSONPathParser(text + "}")
    return try parser.action()
  }

  /// Parses up to the closing brace.
  private mutating func action() throws(JSONPathError) -> [JSONPathTemplate.Node] {
    var nodes: [JSONPathTemplate.Node] = []
    while true {
      if starts("[?(") {
        nodes.append(.filter(try filter()))
        continue
      }
      if starts("..") {
        if nodes.last == .descent { throw JSONPathError("invalid multiple recursive descent") }
        at += 2
        nodes.append(.descent)
        if let next = peek, Self.isAlphanumeric(next) { nodes.append(field()) }
        continue
      }
      guard let next = peek, !Self.isEndOfLine(next) else { throw JSONPathError("unclosed action") }
      at += 1
      if next == "}" { return nodes }
      if next != " ", next != "@", next != "$" { nodes += try node(next) }
    }
  }

  /// Parses the node that begins with `first`, which has been consumed.
  private mutating func node(_ first: Unicode.Scalar) throws(JSONPathError) -> [JSONPathTemplate.Node] {
    switch first {
    case "[": return try elements()
    case "\"", "'": return [.text(try quoted(by: first))]
    case ".": return [field()]
    case "+", "-",
      _ where Self.isDigit(first):
      at -= 1
      return [try number()]
    case _ where Self.isAlphanumeric(first):
      at -= 1
      let word = upToTerminator()
      return [word == "true" || word == "false" ? .bool(word == "true") : .word(word)]
    default:
      let digits = String(first.value, radix: 16, uppercase: true)
      let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      throw JSONPathError("unrecognized character in action: U+\(code) '\(first)'")
    }
  }
}

// Nodes.
extension JSONPathParser {
  private mutating func field() -> JSONPathTemplate.Node {
    var name = ""
    var isEscaped = false
    while let next = peek, isEscaped || !Self.isTerminator(next) {
      isEscaped = !isEscaped && next == "\\"
      if next != "\\" { name.unicodeScalars.append(next) }
      at += 1
    }
    return name == "*" ? .wildcard : .field(name)
  }

  private mutating func upToTerminator() -> String {
    let start = at
    while let next = peek, !Self.isTerminator(next) { at += 1 }
    return string(start..<at)
  }

  private mutating func number() throws(JSONPathError) -> JSONPathTemplate.Node {
    let start = at
    at += 1
    while let next = peek, next == "." || Self.isDigit(next) { at += 1 }
    let text = string(start..<at)
    if let integer = Int(text) { return .integer(integer) }
    if let number = Double(text) { return .number(number) }
    throw JSONPathError("cannot parse number \(text)")
  }

  /// Parses an index, a slice or a union after the opening bracket.
  private mutating func elements() throws(JSONPathError) -> [JSONPathTemplate.Node] {
    let start = at
    while let next = peek, next != "]", next != "\n" { at += 1 }
    guard peek == "]" else { throw JSONPathError("unterminated array") }
    let inner = string(start..<at)
    at += 1
    let members = inner.split(separator: ",", omittingEmptySubsequences: false)
    if members.count > 1 {
      var union: [[JSONPathTemplate.Node]] = []
      for member in members { union.append(try Self.nodes("[\(Self.trimmed(member))]")) }
      return [.union(union)]
    }
    if inner.count > 1, inner.hasPrefix("'"), inner.hasSuffix("'"), !inner.dropFirst().dropLast().contains("'") {
      return try Self.nodes(".\(inner.dropFirst().dropLast())")
    }
    return [.elements(try Self.slice(inner == "*" ? ":" : inner))]
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func slice(_ text: String) throws(JSONPathError) -> JSONPathTemplate.Slice {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let isSlice =
      parts.count <= 3
      && parts.allSatisfy { part in
        part.drop { $0 == "-" }.allSatisfy { "0"..."9" ~= $0 } && part.count { $0 == "-" } <= 1
      }
    guard isSlice else { throw JSONPathError("invalid array index \(text)") }
    var numbers: [Int?] = []
    for part in parts {
      guard part.isEmpty || Int(part) != nil else { throw JSONPathError("array index \(part) is not a number") }
      numbers.append(Int(part))
    }
    var slice = JSONPathTemplate.Slice(first: numbers[0])
    guard parts.count > 1 else {
      // Adding one to the largest integer wraps; the result is out of bounds, as any index that is too large.
      slice.end = (numbers[0] ?? 0).addingReportingOverflow(1).partialValue
      slice.isOne = true
      return slice
    }
    slice.end = numbers[1]
    slice.step = parts.count > 2 ? numbers[2] : nil
    return slice
  }

  private mutating func filter() throws(JSONPathError) -> JSONPathTemplate.Filter {
    at += 3
    let start = at
    var quote: Unicode.Scalar?
    var isQuoteOver = false
    while true {
      guard let next = peek, next != "\n" else { throw JSONPathError("unterminated filter") }
      if next == ")", (quote == nil) == !isQuoteOver { break }
      if next == "\"" || next == "'" {
        if quote == nil { quote = next } else if next == quote, text[at - 1] != "\\" { isQuoteOver = true }
      }
      at += 1
    }
    let inner = string(start..<at)
    at += 1
    guard peek == "]" else { throw JSONPathError("unclosed array expect ]") }
    at += 1
    return try Self.filter(inner)
  }

  private static func filter(_ text: String) throws(JSONPathError) -> JSONPathTemplate.Filter {
    let left = text.prefix { !"!<>=".contains($0) }
    let comparison = text.dropFirst(left.count).prefix { "!<>=".contains($0) }
    let right = text.dropFirst(left.count + comparison.count)
    guard !left.isEmpty, !comparison.isEmpty, !right.isEmpty else {
      return JSONPathTemplate.Filter(left: try nodes(text), comparison: nil, right: [])
    }
    return JSONPathTemplate.Filter(
      left: try nodes(String(left)), comparison: String(comparison), right: try nodes(String(right)))
  }

  /// Parses a string up to its closing quote; the opening one has been consumed.
  private mutating func quoted(by quote: Unicode.Scalar) throws(JSONPathError) -> String {
    var result = String.UnicodeScalarView()
    while let next = peek, next != "\n" {
      at += 1
      if next == quote { return String(result) }
      guard next == "\\" else {
        result.append(next)
        continue
      }
      guard let escape = peek, let scalar = Self.escapes[escape] else {
        throw JSONPathError("unquote string \(quote)\(String(result))\\… error invalid syntax")
      }
      at += 1
      result.append(scalar)
    }
    throw JSONPathError("unterminated quoted string")
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "\"": "\"", "'": "'", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}",
    "v": "\u{B}",
  ]
}

// Characters.
extension JSONPathParser {
  private var peek: Unicode.Scalar? { at < text.count ? text[at] : nil }

  private func string(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text[range])
    return String(view)
  }

  private func starts(_ word: String) -> Bool { text[at...].starts(with: word.unicodeScalars) }

  private static func isEndOfLine(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || isDigit(scalar)
  }

  private static func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
    " \t\r\n.,[]$@{}".unicodeScalars.contains(scalar)
  }
}
