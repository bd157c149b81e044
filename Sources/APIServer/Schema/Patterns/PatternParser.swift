import Platform

/// Parses the syntax of RE2.
struct PatternParser {
  let scalars: [Unicode.Scalar]
  var index = 0
  private var flags = Flags()
  private var depth = 0
  private static let maximumDepth = 200

  private struct Flags {
    var ignoresCase = false
    var isMultiline = false
    var dotMatchesNewline = false
  }

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  mutating func parse() throws(PatternError) -> PatternNode {
    let node = try choice()
    guard index == scalars.count else { throw PatternError("unexpected ): `\(text(0..<scalars.count))`") }
    return node
  }

  var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    index += 1
    return true
  }

  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  mutating func pop() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternError("unexpected end of the expression") }
    index += 1
    return scalar
  }

  private mutating func choice() throws(PatternError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maximumDepth else { throw PatternError("expression nests too deeply") }
    var branches = [try sequence()]
    while take("|" as Unicode.Scalar) { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    // Where the operator begins that the part before has; an operator cannot follow another one.
    var lastOperator: Int?
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = index
      if let bounds = try bounds() {
        if let lastOperator {
          throw PatternError("invalid nested repetition operator: `\(text(lastOperator..<index))`")
        }
        guard let node = nodes.popLast() else {
          throw PatternError("missing argument to repetition operator: `\(text(start..<index))`")
        }
        nodes.append(try repeated(node, bounds, start))
        lastOperator = start
        continue
      }
      lastOperator = nil
      if take("\\Q") {
        while index < scalars.count, !take("\\E") { nodes.append(literal(try pop())) }
      } else if let atom = try atom() {
        nodes.append(atom)
      }
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }

  /// A part that can be repeated; `nil` for flags, which match nothing themselves.
  private mutating func atom() throws(PatternError) -> PatternNode? {
    switch try pop() {
    case "(": return try group()
    case "[": return .scalar(folded(try characterClass()))
    case ".":
      var set = flags.dotMatchesNewline ? ScalarSet.all : ScalarSet(10)
      set.isNegated = !flags.dotMatchesNewline
      return .scalar(set)
    case "^": return .assertion(flags.isMultiline ? .startOfLine : .startOfText)
    case "$": return .assertion(flags.isMultiline ? .endOfLine : .endOfText)
    case "\\": return try escape()
    case let scalar: return literal(scalar)
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> PatternNode { .scalar(folded(ScalarSet(scalar.value))) }

  private func folded(_ set: ScalarSet) -> ScalarSet {
    var set = set
    set.ignoresCase = flags.ignoresCase
    return set
  }

  /// `node` as often as `bounds` say, which stand from `start` on.
  private func repeated(
    _ node: PatternNode, _ bounds: (least: Int, most: Int?), _ start: Int
  ) throws(PatternError) -> PatternNode {
    let repeated = PatternNode.repeated(node, from: bounds.least, to: bounds.most)
    guard repeated.isValid(within: RepeatCounts.limit) else {
      throw PatternError("invalid repeat count: `\(text(start..<index))`")
    }
    return repeated
  }

  /// The counts of the repetition operator that comes next; `nil` if none does.
  private mutating func bounds() throws(PatternError) -> (least: Int, most: Int?)? {
    let start = index
    guard let bounds = try greedyBounds() else { return nil }
    guard bounds.isValid else { throw PatternError("invalid repeat count: `\(text(start..<index))`") }
    _ = take("?" as Unicode.Scalar)
    return (bounds.least, bounds.most)
  }

  private mutating func greedyBounds() throws(PatternError) -> (least: Int, most: Int?, isValid: Bool)? {
    if take("*" as Unicode.Scalar) { return (0, nil, true) }
    if take("+" as Unicode.Scalar) { return (1, nil, true) }
    if take("?" as Unicode.Scalar) { return (0, 1, true) }
    guard let counts = RepeatCounts(scalars[index...]) else { return nil }
    index += counts.length
    return (counts.lower, counts.upper, counts.isValid)
  }

  private mutating func group() throws(PatternError) -> PatternNode? {
    let (outer, start) = (flags, index - 1)
    if take("?" as Unicode.Scalar) {
      if try !readName(from: start), try !readFlags() { return nil }
    }
    let node = try choice()
    guard take(")" as Unicode.Scalar) else { throw unclosed }
    flags = outer
    return node
  }

  /// Reads the name of the group that begins at `start`; false if it has none.
  private mutating func readName(from start: Int) throws(PatternError) -> Bool {
    let before = index
    // What is no more than its beginning is none.
    guard take("P<") || take("<" as Unicode.Scalar), next != nil else {
      index = before
      return false
    }
    let name = index
    while let scalar = next, scalar != ">" { index += 1 }
    let length = index - name
    guard take(">" as Unicode.Scalar), length > 0,
      scalars[name..<name + length].allSatisfy({ ScalarSet.word.contains($0.value) })
    else { throw PatternError("invalid named capture: `\(text(start..<index))`") }
    return true
  }

  /// Reads the flags after `(?`; true if the group continues after them.
  private mutating func readFlags() throws(PatternError) -> Bool {
    let start = index - 2
    var (isOn, isNamed) = (true, false)
    while let scalar = next {
      index += 1
      switch scalar {
      case "i": flags.ignoresCase = isOn
      case "m": flags.isMultiline = isOn
      case "s": flags.dotMatchesNewline = isOn
      // Makes repetitions lazy, which match the same texts.
      case "U": break
      case "-" where isOn:
        (isOn, isNamed) = (false, false)
        continue
      case ":" where isOn || isNamed: return true
      case ")" where isOn || isNamed: return false
      default: throw PatternError("invalid or unsupported Perl syntax: `\(text(start..<index))`")
      }
      isNamed = true
    }
    throw PatternError("invalid or unsupported Perl syntax: `\(text(start..<index))`")
  }

  private var unclosed: PatternError { PatternError("missing closing ): `\(text(0..<scalars.count))`") }

  private mutating func escape() throws(PatternError) -> PatternNode {
    switch next {
    case "A": return try assertion(.startOfText)
    case "z": return try assertion(.endOfText)
    case "b": return try assertion(.wordBoundary)
    case "B": return try assertion(.noWordBoundary)
    default: return .scalar(folded(try escapedSet()))
    }
  }

  private mutating func assertion(_ assertion: Pattern.Assertion) throws(PatternError) -> PatternNode {
    _ = try pop()
    return .assertion(assertion)
  }
}
