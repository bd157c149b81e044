import Platform

/// A parsed regular expression.
indirect enum PathExpressionNode: Hashable, Sendable {
  case set([ClosedRange<UInt32>], isNegated: Bool)
  case start
  case end
  case sequence([PathExpressionNode])
  case choice([PathExpressionNode])
  case group(PathExpressionNode, Int)
  case repeated(PathExpressionNode, Bounds, isGreedy: Bool)

  /// The number of repetitions; without an upper bound, as many as match.
  struct Bounds: Hashable, Sendable {
    var lower: Int
    var upper: Int?
  }

  /// Whether no part is repeated more than `limit` times by all the counts around it together, as Go has it.
  func isValid(within limit: Int) -> Bool {
    switch self {
    case .set, .start, .end: return true
    case .sequence(let nodes), .choice(let nodes): return nodes.allSatisfy { $0.isValid(within: limit) }
    case .group(let node, _): return node.isValid(within: limit)
    case .repeated(let node, let bounds, _):
      if bounds.upper == 0 { return true }
      let count = bounds.upper ?? bounds.lower
      return count <= limit && node.isValid(within: count > 0 ? limit / count : limit)
    }
  }
}

/// Parses the part of Go's regular expression syntax that paths need; the rest is refused.
struct PathExpressionParser {
  private static let mostRepetitions = 100
  private(set) var groups = 0
  private(set) var names: [String: [Int]] = [:]
  private var rest: ArraySlice<Unicode.Scalar>
  private var depth = 0

  init(_ text: String) { rest = Array(text.unicodeScalars)[...] }

  mutating func parse() throws(RuleProblem) -> PathExpressionNode {
    let node = try choice()
    guard rest.isEmpty else { throw RuleProblem("a parenthesis is closed that was not opened") }
    return node
  }

  private mutating func choice() throws(RuleProblem) -> PathExpressionNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 20 else { throw RuleProblem("groups are nested too deep") }
    var branches = [try sequence()]
    while rest.first == "|" {
      rest.removeFirst()
      branches.append(try sequence())
    }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(RuleProblem) -> PathExpressionNode {
    var nodes: [PathExpressionNode] = []
    while let first = rest.first, first != "|", first != ")" {
      rest.removeFirst()
      let node = try atom(first)
      nodes.append(try repetition(of: node))
    }
    return .sequence(nodes)
  }

  private mutating func atom(_ first: Unicode.Scalar) throws(RuleProblem) -> PathExpressionNode {
    switch first {
    case ".": .set([10...10], isNegated: true)
    case "^": .start
    case "$": .end
    case "(": try group()
    case "[": try bracket()
    case "\\": try escape()
    case "*", "+", "?": throw RuleProblem("\(first) has nothing to repeat")
    case "{" where RepeatCounts([first] + rest) != nil: throw RuleProblem("\(first) has nothing to repeat")
    default: .set([first.value...first.value], isNegated: false)
    }
  }

  private mutating func group() throws(RuleProblem) -> PathExpressionNode {
    var number: Int?
    if rest.first == "?" {
      rest.removeFirst()
      switch rest.popFirst() {
      case ":": break
      case "<":
        number = try namedGroup()
      case "P" where rest.first == "<":
        rest.removeFirst()
        number = try namedGroup()
      default: throw RuleProblem("only (?:…) and (?P<name>…) are known after (?")
      }
    } else {
      groups += 1
      number = groups
    }
    guard groups <= 20 else { throw RuleProblem("there are more than 20 groups") }
    let inner = try choice()
    guard rest.popFirst() == ")" else { throw RuleProblem("a parenthesis is not closed") }
    return number.map { .group(inner, $0) } ?? inner
  }

  /// The number of the group whose name, up to `>`, comes next.
  private mutating func namedGroup() throws(RuleProblem) -> Int {
    let name = String(String.UnicodeScalarView(rest.prefix { $0 != ">" }))
    rest = rest.dropFirst(name.unicodeScalars.count + 1)
    let isName = name.utf8.allSatisfy { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || byte == UInt8(ascii: "_")
    }
    guard !name.isEmpty, isName else {
      throw RuleProblem("\(name) is no name of a group")
    }
    groups += 1
    names[name, default: []].append(groups)
    return groups
  }

  private mutating func repetition(of node: PathExpressionNode) throws(RuleProblem) -> PathExpressionNode {
    guard let bounds = try bounds() else { return node }
    let isGreedy = rest.first != "?"
    if !isGreedy { rest.removeFirst() }
    if let next = rest.first, "*+?".unicodeScalars.contains(next) || RepeatCounts(rest) != nil {
      throw RuleProblem("\(next) follows another repetition")
    }
    let repeated = PathExpressionNode.repeated(node, bounds, isGreedy: isGreedy)
    guard repeated.isValid(within: RepeatCounts.limit) else {
      throw RuleProblem("counts within counts repeat too often")
    }
    return repeated
  }

  /// The number of repetitions that comes next; `nil` if none does.
  private mutating func bounds() throws(RuleProblem) -> PathExpressionNode.Bounds? {
    switch rest.first {
    case "*"?, "+"?, "?"?:
      let first = rest.removeFirst()
      return .init(lower: first == "+" ? 1 : 0, upper: first == "?" ? 1 : nil)
    default: break
    }
    guard let counts = RepeatCounts(rest) else { return nil }
    let text = String(String.UnicodeScalarView(rest.prefix(counts.length)))
    guard counts.isValid, max(counts.lower, counts.upper ?? 0) <= Self.mostRepetitions else {
      throw RuleProblem("\(text) repeats too often")
    }
    rest = rest.dropFirst(counts.length)
    return .init(lower: counts.lower, upper: counts.upper)
  }

  private mutating func bracket() throws(RuleProblem) -> PathExpressionNode {
    let isNegated = rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<UInt32>] = []
    while let next = rest.popFirst() {
      if next == "]", !ranges.isEmpty { return .set(ranges, isNegated: isNegated) }
      if next == "\\" {
        guard case .set(let classRanges, let isNegatedClass) = try escape() else {
          throw RuleProblem("an anchor stands in brackets")
        }
        ranges += isNegatedClass ? Self.others(than: classRanges) : classRanges
        continue
      }
      var high = next
      if rest.first == "-", let end = rest.dropFirst().first, end != "]" {
        rest = rest.dropFirst(2)
        high = end
      }
      guard high >= next else { throw RuleProblem("a range ends before it begins") }
      ranges.append(next.value...high.value)
    }
    throw RuleProblem("a bracket is not closed")
  }

  /// All scalars but those of `ranges`, which are in order and do not overlap.
  private static func others(than ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    let starts = [0] + ranges.map { $0.upperBound + 1 }
    let ends = ranges.map(\.lowerBound) + [0x11_0000]
    return zip(starts, ends).filter { $0 < $1 }.map { $0...($1 - 1) }
  }

  private mutating func escape() throws(RuleProblem) -> PathExpressionNode {
    guard let next = rest.popFirst() else { throw RuleProblem("a backslash stands at the end") }
    let digits: ClosedRange<UInt32> = 48...57
    let word = [digits, 65...90, 95...95, 97...122]
    let space: [ClosedRange<UInt32>] = [9...10, 12...13, 32...32]
    switch next {
    case "d": return .set([digits], isNegated: false)
    case "D": return .set([digits], isNegated: true)
    case "w": return .set(word, isNegated: false)
    case "W": return .set(word, isNegated: true)
    case "s": return .set(space, isNegated: false)
    case "S": return .set(space, isNegated: true)
    case "A": return .start
    case "z": return .end
    default: break
    }
    guard !next.properties.isAlphabetic, next.properties.numericType == nil else {
      throw RuleProblem("\\\(next) is not known")
    }
    return .set([next.value...next.value], isNegated: false)
  }
}
