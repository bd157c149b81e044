// Finds keys and the ends of values in the bytes of one line.
extension MaskScanner {
  func isItem(_ bytes: [UInt8], _ place: Int) -> Bool {
    bytes[place] == UInt8(ascii: "-") && isBlank(bytes, place + 1)
  }

  func isBlank(_ bytes: [UInt8], _ place: Int) -> Bool {
    place >= bytes.count || bytes[place] == UInt8(ascii: " ") || bytes[place] == 9 || bytes[place] == 13
  }

  func skipBlanks(_ bytes: [UInt8], _ place: Int) -> Int {
    var place = place
    while place < bytes.count, isBlank(bytes, place) { place += 1 }
    return min(place, bytes.count)
  }

  /// The key at `place`, and the start of its value: `key: value`, or `KEY=value` as in a list of variables.
  func key(in bytes: [UInt8], at place: Int) -> (String, Int)? {
    if bytes[place] == Self.quote || bytes[place] == Self.apostrophe { return quotedKey(in: bytes, at: place) }
    var end = place
    var variable: Int?
    while end < bytes.count, !(bytes[end] == Self.colon && isBlank(bytes, end + 1)) {
      if "{}[],\"'#".utf8.contains(bytes[end]) { break }
      if bytes[end] == UInt8(ascii: "="), variable == nil { variable = end }
      end += 1
    }
    if end < bytes.count, bytes[end] == Self.colon {
      return (String(decoding: bytes[place..<end], as: UTF8.self), skipBlanks(bytes, end + 1))
    }
    return variable.map { (String(decoding: bytes[place..<$0], as: UTF8.self), $0 + 1) }
  }

  private func quotedKey(in bytes: [UInt8], at place: Int) -> (String, Int)? {
    guard let close = endOfQuote(bytes[place], in: bytes, from: place + 1) else { return nil }
    let end = skipBlanks(bytes, close)
    guard end < bytes.count, bytes[end] == Self.colon else { return nil }
    return (String(decoding: bytes[(place + 1)..<(close - 1)], as: UTF8.self), skipBlanks(bytes, end + 1))
  }

  /// The index after the closing `mark`; `nil` if that is not on this line.
  func endOfQuote(_ mark: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    while place < bytes.count {
      if mark == Self.quote, bytes[place] == UInt8(ascii: "\\") {
        place += 2
      } else if bytes[place] == mark {
        guard mark == Self.apostrophe, place + 1 < bytes.count, bytes[place + 1] == mark else { return place + 1 }
        place += 2
      } else {
        place += 1
      }
    }
    return nil
  }

  /// The index after a plain scalar, before the blanks and the comment that follow it.
  func endOfPlain(in bytes: [UInt8], from start: Int) -> Int {
    var end = start
    while end < bytes.count, !(bytes[end] == Self.hash && end > start && isBlank(bytes, end - 1)) { end += 1 }
    while end > start, isBlank(bytes, end - 1) { end -= 1 }
    return end
  }

  /// The index after the closing bracket; `nil` if that is not on this line, with the depth at the end of the line.
  func flow(in bytes: [UInt8], from start: Int, depth: Int) -> (end: Int?, depth: Int) {
    var (place, depth) = (start, depth)
    while place < bytes.count {
      switch bytes[place] {
      case Self.quote, Self.apostrophe:
        place = (endOfQuote(bytes[place], in: bytes, from: place + 1) ?? bytes.count) - 1
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth <= 0 { return (place + 1, 0) }
      default: break
      }
      place += 1
    }
    return (nil, depth)
  }

  /// Masks the value of an ordinary key: it may contain secrets in brackets, and a password in a URL.
  mutating func withoutSecrets(_ bytes: [UInt8], from start: Int) -> [UInt8] {
    let isFlow = bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[")
    return isFlow ? withoutSecrets(inFlow: bytes, from: start) : withoutPassword(Array(bytes[start...]))
  }

  mutating func withoutSecrets(inFlow bytes: [UInt8], from start: Int) -> [UInt8] {
    var (result, place, isNamed): ([UInt8], Int, Bool) = ([], start, false)
    while place < bytes.count {
      if "{}[], \r\t".utf8.contains(bytes[place]) {
        result.append(bytes[place])
        place += 1
      } else if let (key, value) = flowKey(in: bytes, at: place) {
        result += bytes[place..<value]
        place = value
        guard value < bytes.count else { continue }
        if SecretKeys.namesVariable(key) { isNamed = namesSecret(bytes, value) }
        guard SecretKeys.isSecret(key) || (isNamed && key == "value") else { continue }
        let (end, next) = endOfFlowSecret(in: bytes, from: value)
        result += hidden(Array(bytes[..<(end ?? bytes.count)]), value, end, else: next)
        place = end ?? bytes.count
      } else {
        let end = max(place + 1, endOfFlowScalar(in: bytes, from: place) ?? bytes.count)
        result += withoutPassword(Array(bytes[place..<end]))
        place = end
      }
    }
    return result
  }

  /// Whether the text at `place` is the name of a secret variable.
  private func namesSecret(_ bytes: [UInt8], _ place: Int) -> Bool {
    let text = bytes[place..<(endOfFlowScalar(in: bytes, from: place) ?? bytes.count)]
    return SecretKeys.isSecret(String(decoding: text.filter { !"\"'".utf8.contains($0) }, as: UTF8.self))
  }

  private func endOfFlowSecret(in bytes: [UInt8], from value: Int) -> (Int?, State) {
    guard bytes[value] == UInt8(ascii: "{") || bytes[value] == UInt8(ascii: "[") else {
      return (endOfFlowScalar(in: bytes, from: value), .quoted(bytes[value]))
    }
    let (end, depth) = flow(in: bytes, from: value, depth: 0)
    return (end, .flow(depth))
  }

  private func flowKey(in bytes: [UInt8], at place: Int) -> (String, Int)? {
    if bytes[place] == Self.quote || bytes[place] == Self.apostrophe { return quotedKey(in: bytes, at: place) }
    guard let end = bytes[place...].firstIndex(where: { ":{}[],\"'".utf8.contains($0) }), bytes[end] == Self.colon,
      isBlank(bytes, end + 1)
    else { return nil }
    return (String(decoding: bytes[place..<end], as: UTF8.self), skipBlanks(bytes, end + 1))
  }

  private func endOfFlowScalar(in bytes: [UInt8], from start: Int) -> Int? {
    if bytes[start] == Self.quote || bytes[start] == Self.apostrophe {
      return endOfQuote(bytes[start], in: bytes, from: start + 1)
    }
    return bytes[start...].firstIndex { ",}]".utf8.contains($0) } ?? bytes.count
  }

  /// Masks the password in each `://user:password@`.
  private func withoutPassword(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "@")), bytes.contains(UInt8(ascii: "/")) else { return bytes }
    var (result, place): ([UInt8], Int) = ([], 0)
    while place < bytes.count {
      result.append(bytes[place])
      place += 1
      guard result.suffix(3).elementsEqual("://".utf8) else { continue }
      let authority = bytes[place...].prefix { !"/?# ,\"'".utf8.contains($0) }
      guard let at = authority.lastIndex(of: UInt8(ascii: "@")), let split = authority.firstIndex(of: Self.colon),
        split < at
      else { continue }
      result += bytes[place...split] + Self.mask
      place = at
    }
    return result
  }
}
