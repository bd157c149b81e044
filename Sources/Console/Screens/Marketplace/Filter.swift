/// What a user typed to see less.
///
/// Text is sought anywhere in a row, without case; `!text` shows the rows without it, `-f text`
/// those that have its letters in order, `-l key=value` those with that property.
struct Filter: Hashable, Sendable {
  private enum Kind: Hashable {
    case everything
    case text(Needle, isInverse: Bool)
    case fuzzy([UInt8])
    case property(key: String, value: String, isEqual: Bool)
    /// Not yet, or never, a condition: everything is shown.
    case incomplete
  }

  let text: String
  private let kind: Kind

  init(_ text: String = "") {
    self.text = text
    kind = Self.kind(text)
  }

  var isEmpty: Bool { kind == .everything }

  /// Why the text as it is leaves nothing out.
  var problem: String? {
    kind == .incomplete ? "-l takes KEY=VALUE or KEY!=VALUE, such as -l category=security, not \(text)." : nil
  }

  private static func kind(_ text: String) -> Kind {
    let text = text.lowercased().drop { $0 == " " }
    if text.hasPrefix("-f") {
      let letters = text.dropFirst(2).utf8.filter { $0 != UInt8(ascii: " ") }
      return letters.isEmpty ? .everything : .fuzzy(letters)
    }
    if text.hasPrefix("-l") { return property(text.dropFirst(2)) }
    if text.hasPrefix("!") {
      return text.count == 1 ? .everything : .text(Needle(String(text.dropFirst())), isInverse: true)
    }
    return text.isEmpty ? .everything : .text(Needle(String(text)), isInverse: false)
  }

  private static func property(_ text: Substring) -> Kind {
    let text = text.filter { $0 != " " }
    if text.isEmpty { return .everything }
    guard let equals = text.firstIndex(of: "=") else { return .incomplete }
    let isEqual = !text[..<equals].hasSuffix("!")
    let key = isEqual ? text[..<equals] : text[..<equals].dropLast()
    let value = text[equals...].drop { $0 == "=" }
    guard isWord(key), isWord(value) else { return .incomplete }
    return .property(key: String(key), value: String(value), isEqual: isEqual)
  }

  private static func isWord(_ text: Substring) -> Bool {
    !text.isEmpty && !text.contains { "!=,()<>".contains($0) }
  }

  func accepts(_ row: MarketplaceRow) -> Bool {
    switch kind {
    case .everything, .incomplete: true
    case .text(let needle, let isInverse): needle.isIn(row.haystack) != isInverse
    case .fuzzy(let letters): Self.has(letters, inOrderIn: row.haystack)
    case .property(let key, let value, let isEqual): (row.property(key)?.lowercased() == value) == isEqual
    }
  }

  private static func has(_ letters: [UInt8], inOrderIn haystack: [UInt8]) -> Bool {
    var next = 0
    for byte in haystack where byte == letters[next] {
      next += 1
      if next == letters.count { return true }
    }
    return false
  }
}

/// Bytes to be sought in many texts.
struct Needle: Hashable, Sendable {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  func isIn(_ haystack: [UInt8]) -> Bool {
    guard let first = bytes.first else { return true }
    guard haystack.count >= bytes.count else { return false }
    return haystack.withUnsafeBufferPointer { haystack in
      bytes.withUnsafeBufferPointer { bytes in
        var start = 0
        while start <= haystack.count - bytes.count {
          if haystack[start] == first {
            var length = 1
            while length < bytes.count, haystack[start + length] == bytes[length] { length += 1 }
            if length == bytes.count { return true }
          }
          start += 1
        }
        return false
      }
    }
  }
}
