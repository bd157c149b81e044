import Platform

/// A regular expression of a rule in Go's syntax (RE2), with groups that a replacement may name.
///
/// Matching takes linear time in the length of the path, whatever the expression, because the expression is written by
/// an object's author and the path is sent by any client. The sizes of both are bounded too.
struct PathExpression: Hashable, Sendable {
  /// An instruction of the matching program.
  enum Instruction: Hashable, Sendable {
    case scalar([ClosedRange<UInt32>], isNegated: Bool)
    case start
    case end
    /// The first branch is preferred.
    case split(Int, Int)
    case jump(Int)
    case save(Int)
    case match
  }

  /// A path with more Unicode scalars is left unchanged.
  static let longestPath = 4_096

  private let program: [Instruction]
  private let groups: Int
  private let names: [String: [Int]]

  init(_ text: String) throws(RuleProblem) {
    var parser = PathExpressionParser(text)
    let node = try parser.parse()
    (groups, names) = (parser.groups, parser.names)
    var compiler = PathExpressionCompiler()
    program = try compiler.compile(node)
  }

  /// `path` with every match replaced by `template`, in which `$1`, `${1}` and `${name}` stand for groups.
  func replacing(in path: String, with template: String) -> String {
    let text = Array(path.unicodeScalars)
    guard text.count <= Self.longestPath else { return path }
    var result = String.UnicodeScalarView()
    var (position, last) = (0, 0)
    while position <= text.count, result.count <= UpstreamRequest.longestTarget,
      let found = firstMatch(in: text, from: position)
    {
      let (low, high) = (found[0], found[1])
      result.append(contentsOf: text[last..<low])
      // As in Go, an empty match directly after another match does not count.
      if high > last || low == 0 { result.append(contentsOf: expand(template, found, text).unicodeScalars) }
      last = high
      position = max(position + 1, high)
    }
    result.append(contentsOf: text[last...])
    return String(result)
  }

  private func expand(_ template: String, _ found: [Int], _ text: [Unicode.Scalar]) -> String {
    var result = ""
    var rest = template[...]
    while PathChanges.isBounded(result), let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        result += "$"
        rest.removeFirst()
        continue
      }
      let isBraced = rest.first == "{"
      let name = (isBraced ? rest.dropFirst() : rest).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      guard !name.isEmpty, !isBraced || rest[name.endIndex...].first == "}" else {
        result += "$"
        continue
      }
      rest = rest[name.endIndex...].dropFirst(isBraced ? 1 : 0)
      // Of several groups with one name, the first that took part in the match counts, as in Go.
      let meant = Int(name).map { [$0] } ?? names[String(name)] ?? []
      guard let group = meant.first(where: { $0 <= groups && found[2 * $0] >= 0 }) else { continue }
      for scalar in text[found[2 * group]..<found[2 * group + 1]] { result.unicodeScalars.append(scalar) }
    }
    return PathChanges.isBounded(result) ? result + rest : result
  }

  /// A position in the program that may still lead to a match, and the bounds of its groups.
  private struct Thread {
    var position: Int
    var saved: [Int]
  }

  /// The first match at or after `start`; of several that begin there, the preferred one, as in Go.
  private func firstMatch(in text: [Unicode.Scalar], from start: Int) -> [Int]? {
    var threads: [Thread] = []
    var found: [Int]?
    for index in start...text.count {
      var seen = [Bool](repeating: false, count: program.count)
      var ready: [Thread] = []
      for thread in threads { follow(thread, index, text.count, &seen, &ready) }
      if found == nil {
        let fresh = Thread(position: 0, saved: [Int](repeating: -1, count: 2 * (groups + 1)))
        follow(fresh, index, text.count, &seen, &ready)
      }
      threads = []
      for thread in ready {
        if program[thread.position] == .match {
          // The remaining threads are less preferred.
          found = thread.saved
          break
        }
        guard index < text.count, takes(text[index], at: thread.position) else { continue }
        threads.append(Thread(position: thread.position + 1, saved: thread.saved))
      }
      if threads.isEmpty, found != nil { return found }
    }
    return found
  }

  private func takes(_ scalar: Unicode.Scalar, at position: Int) -> Bool {
    guard case .scalar(let ranges, let isNegated) = program[position] else { return false }
    return ranges.contains { $0.contains(scalar.value) } != isNegated
  }

  /// Follows the instructions that consume no character, the preferred branch first.
  private func follow(_ first: Thread, _ index: Int, _ end: Int, _ seen: inout [Bool], _ ready: inout [Thread]) {
    var waiting = [first]
    while var thread = waiting.popLast() {
      guard !seen[thread.position] else { continue }
      seen[thread.position] = true
      switch program[thread.position] {
      case .scalar, .match: ready.append(thread)
      case .start where index != 0, .end where index != end: break
      case .start, .end: waiting.append(Thread(position: thread.position + 1, saved: thread.saved))
      case .jump(let position): waiting.append(Thread(position: position, saved: thread.saved))
      case .split(let one, let other):
        waiting.append(Thread(position: other, saved: thread.saved))
        waiting.append(Thread(position: one, saved: thread.saved))
      case .save(let slot):
        thread.saved[slot] = index
        waiting.append(Thread(position: thread.position + 1, saved: thread.saved))
      }
    }
  }
}

/// Compiles a parsed expression into a program.
struct PathExpressionCompiler {
  /// An expression that needs more instructions is refused.
  private static let longest = 400

  private var program: [PathExpression.Instruction] = []

  mutating func compile(_ node: PathExpressionNode) throws(RuleProblem) -> [PathExpression.Instruction] {
    program = []
    try add(.group(node, 0))
    try append(.match)
    return program
  }

  private mutating func append(_ instruction: PathExpression.Instruction) throws(RuleProblem) {
    guard program.count < Self.longest else { throw RuleProblem("the expression is too large") }
    program.append(instruction)
  }

  private mutating func add(_ node: PathExpressionNode) throws(RuleProblem) {
    switch node {
    case .set(let ranges, let isNegated): try append(.scalar(ranges, isNegated: isNegated))
    case .start: try append(.start)
    case .end: try append(.end)
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .group(let node, let number):
      try append(.save(2 * number))
      try add(node)
      try append(.save(2 * number + 1))
    case .choice(let nodes): try add(choice: nodes[...])
    case .repeated(let node, let range, let isGreedy): try add(node, range.lower, range.upper, isGreedy)
    }
  }

  private mutating func add(choice nodes: ArraySlice<PathExpressionNode>) throws(RuleProblem) {
    guard let first = nodes.first else { return }
    guard nodes.count > 1 else { return try add(first) }
    let split = program.count
    try append(.split(0, 0))
    try add(first)
    let jump = program.count
    try append(.jump(0))
    program[split] = .split(split + 1, program.count)
    try add(choice: nodes.dropFirst())
    program[jump] = .jump(program.count)
  }

  private mutating func add(
    _ node: PathExpressionNode, _ lower: Int, _ upper: Int?, _ isGreedy: Bool
  ) throws(RuleProblem) {
    for _ in 0..<lower { try add(node) }
    guard let upper else { return try addLoop(node, isGreedy) }
    var splits: [Int] = []
    for _ in lower..<max(lower, upper) {
      splits.append(program.count)
      try append(.split(0, 0))
      try add(node)
    }
    for split in splits { program[split] = branch(split + 1, program.count, isGreedy) }
  }

  private mutating func addLoop(_ node: PathExpressionNode, _ isGreedy: Bool) throws(RuleProblem) {
    let split = program.count
    try append(.split(0, 0))
    try add(node)
    try append(.jump(split))
    program[split] = branch(split + 1, program.count, isGreedy)
  }

  private func branch(_ inside: Int, _ after: Int, _ isGreedy: Bool) -> PathExpression.Instruction {
    isGreedy ? .split(inside, after) : .split(after, inside)
  }
}
