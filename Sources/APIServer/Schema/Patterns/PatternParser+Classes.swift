// Classes of characters, and escapes of single ones.
extension PatternParser {
  /// What the escape matches whose backslash was read.
  mutating func escapedSet() throws(PatternError) -> ScalarSet {
    let start = index - 1
    if let set = try escapedClass() { return set }
    return ScalarSet(try escapedScalar(from: start))
  }

  /// The class that follows a backslash, such as `\d` and `\p{Lu}`; `nil` if it escapes a single character.
  private mutating func escapedClass() throws(PatternError) -> ScalarSet? {
    let start = index - 1
    guard let scalar = next, scalar.isASCII, let lower = Unicode.Scalar(scalar.value | 0x20) else { return nil }
    var set = ["d": ScalarSet.digits, "w": .word, "s": .space][lower]
    if lower == "p" {
      index += 1
      set = try unicodeClass(from: start)
    } else if set != nil {
      index += 1
    }
    if scalar != lower { set?.isNegated.toggle() }
    return set
  }

  /// The class that `\p` at `start` names: a letter, or a name in braces.
  private mutating func unicodeClass(from start: Int) throws(PatternError) -> ScalarSet {
    var name = start + 2..<min(start + 3, scalars.count)
    index = name.upperBound
    if scalars[name].first == "{" {
      let length = scalars[index...].firstIndex(of: "}").map { $0 - index }
      name = index..<index + (length ?? 0)
      index = length.map { index + $0 + 1 } ?? scalars.count
      if length == nil { name = index..<index }
    }
    let isNegated = scalars[name].first == "^"
    if isNegated { name = name.lowerBound + 1..<name.upperBound }
    guard var set = UnicodeCategories.named(text(name)) else {
      throw PatternError("invalid character class range: `\(text(start..<index))`")
    }
    set.isNegated = isNegated
    return set
  }

  /// The character that the escape beginning at `start` means.
  private mutating func escapedScalar(from start: Int) throws(PatternError) -> UInt32 {
    guard let scalar = next else { throw PatternError("trailing backslash at end of expression: ``") }
    index += 1
    let controls: [Unicode.Scalar: UInt32] = ["n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7]
    if let control = controls[scalar] { return control }
    if scalar == "x", let value = hexadecimal() { return value }
    if let value = octal(from: scalar) { return value }
    guard scalar.isASCII, scalar == "_" || !ScalarSet.word.contains(scalar.value) else {
      throw PatternError("invalid escape sequence: `\(text(start..<index))`")
    }
    return scalar.value
  }

  /// The value of up to three octal digits, of which `first` is the first; a single one that is not zero would be a
  /// reference to a group, which there is not.
  private mutating func octal(from first: Unicode.Scalar) -> UInt32? {
    func digit(_ scalar: Unicode.Scalar?) -> UInt32? {
      scalar.flatMap { ("0"..."7").contains($0) ? $0.value - 48 : nil }
    }
    guard var value = digit(first), first == "0" || digit(next) != nil else { return nil }
    for _ in 0..<2 {
      guard let more = digit(next) else { break }
      value = value * 8 + more
      index += 1
    }
    return value
  }

  /// The value of two hexadecimal digits, or of several in braces; `nil` if they are no character.
  private mutating func hexadecimal() -> UInt32? {
    guard take("{" as Unicode.Scalar) else {
      let digits = [digit(), digit()]
      return digits.contains(nil) ? nil : digits.compactMap { $0 }.reduce(0) { $0 * 16 + $1 }
    }
    var (value, count): (UInt32, Int) = (0, 0)
    while next != nil, !take("}" as Unicode.Scalar) {
      guard let digit = digit() else { return nil }
      value = value * 16 + digit
      count += 1
      if value > 0x10FFFF { return nil }
    }
    return count > 0 && scalars[index - 1] == "}" ? value : nil
  }

  /// Reads one hexadecimal digit; what is none is read, too.
  private mutating func digit() -> UInt32? {
    guard let scalar = next else { return nil }
    index += 1
    return scalar.isASCII ? Character(scalar).hexDigitValue.map(UInt32.init) : nil
  }

  mutating func characterClass() throws(PatternError) -> ScalarSet {
    var set = ScalarSet()
    let start = index - 1
    let isNegated = take("^" as Unicode.Scalar)
    var isFirst = true
    while isFirst || next != "]" {
      guard next != nil else { throw unclosedClass(start) }
      isFirst = false
      set.insert(try member(of: start))
    }
    index += 1
    set.normalize()
    set.isNegated = isNegated
    return set
  }

  private func unclosedClass(_ start: Int) -> PatternError {
    PatternError("missing closing ]: `\(text(start..<scalars.count))`")
  }

  /// One member of the class that begins at `outer`: a class itself, a character or a range of characters.
  private mutating func member(of outer: Int) throws(PatternError) -> ScalarSet {
    let start = index
    if let set = try namedClass() { return set }
    if take("\\" as Unicode.Scalar) {
      if let set = try escapedClass() { return set }
      index = start
    }
    let first = try classScalar(of: outer)
    guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else { return ScalarSet(first) }
    index += 1
    let last = try classScalar(of: outer)
    guard first <= last else { throw PatternError("invalid character class range: `\(text(start..<index))`") }
    return ScalarSet(first...last)
  }

  /// The class that is named as `[:alpha:]`; `nil` if none is here.
  private mutating func namedClass() throws(PatternError) -> ScalarSet? {
    let start = index
    guard take("[:") else { return nil }
    let end = (index..<max(index, scalars.count - 1)).first { scalars[$0] == ":" && scalars[$0 + 1] == "]" }
    guard let end else {
      index = start
      return nil
    }
    let isNegated = take("^" as Unicode.Scalar)
    let name = text(index..<end)
    index = end + 2
    guard var set = ScalarSet.named(name) else {
      throw PatternError("invalid character class range: `\(text(start..<index))`")
    }
    set.isNegated = isNegated
    return set
  }

  private mutating func classScalar(of outer: Int) throws(PatternError) -> UInt32 {
    guard let scalar = next else { throw unclosedClass(outer) }
    index += 1
    return scalar == "\\" ? try escapedScalar(from: index - 1) : scalar.value
  }
}
