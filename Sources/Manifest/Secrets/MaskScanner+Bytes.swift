// Finds keys and the ends of values in the bytes of one line.
extension MaskScanner {
  func isItem(_ bytes: [UInt8], _ position: Int) -> Bool {
    bytes[position] == UInt8(ascii: "-") && isBlank(bytes, position + 1)
  }

  func isBlank(_ bytes: [UInt8], _ position: Int) -> Bool {
    position >= bytes.count || bytes[position] == UInt8(ascii: " ") || bytes[position] == 9 || bytes[position] == 13
  }

  func skipBlanks(_ bytes: [UInt8], _ position: Int) -> Int {
    var position = position
    while position < bytes.count, isBlank(bytes, position) { position += 1 }
    return min(position, bytes.count)
  }

  /// The key at `position`, and the start of its value: `key: value`, or `KEY=value` as in a list of variables.
  func key(in bytes: [UInt8], at position: Int) -> (String, Int)? {
    if bytes[position] == Self.quote || bytes[position] == Self.apostrophe { return quotedKey(in: bytes, at: position) }
    var end = position
    var variable: Int?
    while end < bytes.count, !(bytes[end] == Self.colon && isBlank(bytes, end + 1)) {
      if "{}[],\"'#".utf8.contains(bytes[end]) { break }
      if bytes[end] == UInt8(ascii: "="), variable == nil { variable = end }
      end += 1
    }
    if end < bytes.count, bytes[end] == Self.colon {
      return (String(decoding: bytes[position..<end], as: UTF8.self), skipBlanks(bytes, end + 1))
    }
    return variable.map { (String(decoding: bytes[position..<$0], as: UTF8.self), $0 + 1) }
  }

  private func quotedKey(in bytes: [UInt8], at position: Int) -> (String, Int)? {
    guard let close = endOfQuote(bytes[position], in: bytes, from: position + 1) else { return nil }
    let end = skipBlanks(bytes, close)
    guard end < bytes.count, bytes[end] == Self.colon else { return nil }
    return (String(decoding: bytes[(position + 1)..<(close - 1)], as: UTF8.self), skipBlanks(bytes, end + 1))
  }

  /// The index after the closing `mark`; `nil` if that is not on this line.
  func endOfQuote(_ mark: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      if mark == Self.quote, bytes[position] == UInt8(ascii: "\\") {
        position += 2
      } else if bytes[position] == mark {
        let next = position + 1
        guard mark == Self.apostrophe, next < bytes.count, bytes[next] == mark else { return next }
        position += 2
      } else {
        position += 1
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
    var (position, depth) = (start, depth)
    while position < bytes.count {
      switch bytes[position] {
      case Self.quote, Self.apostrophe:
        position = (endOfQuote(bytes[position], in: bytes, from: position + 1) ?? bytes.count) - 1
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth <= 0 { return (position + 1, 0) }
      default: break
      }
      position += 1
    }
    return (nil, depth)
  }

  /// Masks the value of an ordinary key: it may contain secrets in brackets, and a password in a URL.
  mutating func withoutSecrets(_ bytes: [UInt8], from start: Int) -> [UInt8] {
    let isFlow = bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[")
    return isFlow ? withoutSecrets(inFlow: bytes, from: start) : withoutPassword(Array(bytes[start...]))
  }

  mutating func withoutSecrets(inFlow bytes: [UInt8], from start: Int) -> [UInt8] {
    var (result, position, isNamed): ([UInt8], Int, Bool) = ([], start, false)
    while position < bytes.count {
      if "{}[], \r\t".utf8.contains(bytes[position]) {
        result.append(bytes[position])
        position += 1
      } else if let (key, value) = flowKey(in: bytes, at: position) {
        result += bytes[position..<value]
        position = value
        guard value < bytes.count else { continue }
        if SecretKeys.namesVariable(key) { isNamed = namesSecret(bytes, value) }
        guard SecretKeys.isSecret(key) || (isNamed && key == "value") else { continue }
        let (end, next) = endOfFlowSecret(in: bytes, from: value)
        result += hidden(Array(bytes[..<(end ?? bytes.count)]), value, end, else: next)
        position = end ?? bytes.count
      } else {
        let end = max(position + 1, endOfFlowScalar(in: bytes, from: position) ?? bytes.count)
        result += withoutPassword(Array(bytes[position..<end]))
        position = end
      }
    }
    return result
  }

  /// Whether the text at `position` is the name of a secret variable.
  private func namesSecret(_ bytes: [UInt8], _ position: Int) -> Bool {
    let text = bytes[position..<(endOfFlowScalar(in: bytes, from: position) ?? bytes.count)]
    return SecretKeys.isSecret(String(decoding: text.filter { !"\"'".utf8.contains($0) }, as: UTF8.self))
  }

  private func endOfFlowSecret(in bytes: [UInt8], from value: Int) -> (Int?, State) {
    guard bytes[value] == UInt8(ascii: "{") || bytes[value] == UInt8(ascii: "[") else {
      return (endOfFlowScalar(in: bytes, from: value), .quoted(bytes[value]))
    }
    let (end, depth) = flow(in: bytes, from: value, depth: 0)
    return (end, .flow(depth))
  }

  private func flowKey(in bytes: [UInt8], at position: Int) -> (String, Int)? {
    if bytes[position] == Self.quote || bytes[position] == Self.apostrophe { return quotedKey(in: bytes, at: position) }
    guard let end = bytes[position...].firstIndex(where: { ":{}[],\"'".utf8.contains($0) }), bytes[end] == Self.colon,
      isBlank(bytes, end + 1)
    else { return nil }
    return (String(decoding: bytes[position..<end], as: UTF8.self), skipBlanks(bytes, end + 1))
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
    var (result, position): ([UInt8], Int) = ([], 0)
    while position < bytes.count {
      result.append(bytes[position])
      position += 1
      guard result.suffix(3).elementsEqual("://".utf8) else { continue }
      let authority = bytes[position...].prefix { !"/?# ,\"'".utf8.contains($0) }
      guard let at = authority.lastIndex(of: UInt8(ascii: "@")), let split = authority.firstIndex(of: Self.colon),
        split < at
      else { continue }
      result += bytes[position...split] + Self.mask
      position = at
    }
    return result
  }
}
