/// The syntax tree of a regular expression.
///
/// It does not record whether repetitions are greedy, because only the existence of a match matters.
indirect enum PatternNode: Hashable, Sendable {
  case scalar(ScalarSet)
  case assertion(Pattern.Assertion)
  case sequence([PatternNode])
  case choice([PatternNode])
  case repeated(PatternNode, from: Int, to: Int?)

  /// Whether no part is repeated more than `limit` times by all the counts around it together, as Go has it.
  func isValid(within limit: Int) -> Bool {
    switch self {
    case .scalar, .assertion: return true
    case .sequence(let nodes), .choice(let nodes): return nodes.allSatisfy { $0.isValid(within: limit) }
    case .repeated(let node, let least, let most):
      let count = most ?? least
      if most == 0 { return true }
      return count <= limit && node.isValid(within: count > 0 ? limit / count : limit)
    }
  }
}

/// Compiles a syntax tree to instructions.
struct PatternCompiler {
  /// The most instructions: nested repetitions multiply them.
  private static let limit = 20_000
  private var program: [Pattern.Instruction] = []

  mutating func compile(_ node: PatternNode) throws(PatternError) -> [Pattern.Instruction] {
    try add(node)
    program.append(.match)
    return program
  }

  private mutating func add(_ node: PatternNode) throws(PatternError) {
    guard program.count < Self.limit else { throw PatternError("expression is too large") }
    switch node {
    case .scalar(let set): program.append(.scalar(set))
    case .assertion(let assertion): program.append(.assertion(assertion))
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .choice(let nodes): try add(choice: nodes[...])
    case .repeated(let node, let least, let most):
      for _ in 0..<least { try add(node) }
      guard let most else { return try add(loop: node) }
      try add(node, upTo: most - least)
    }
  }

  private mutating func add(choice nodes: ArraySlice<PatternNode>) throws(PatternError) {
    guard let first = nodes.first else { return }
    guard nodes.count > 1 else { return try add(first) }
    let split = program.count
    program.append(.split(split + 1, 0))
    try add(first)
    let jump = program.count
    program.append(.jump(0))
    program[split] = .split(split + 1, program.count)
    try add(choice: nodes.dropFirst())
    program[jump] = .jump(program.count)
  }

  private mutating func add(loop node: PatternNode) throws(PatternError) {
    let split = program.count
    program.append(.split(split + 1, 0))
    try add(node)
    program.append(.jump(split))
    program[split] = .split(split + 1, program.count)
  }

  /// Adds up to `count` repetitions, after each of which the match may continue.
  private mutating func add(_ node: PatternNode, upTo count: Int) throws(PatternError) {
    var splits: [Int] = []
    for _ in 0..<max(0, count) {
      splits.append(program.count)
      program.append(.split(program.count + 1, 0))
      try add(node)
    }
    for split in splits { program[split] = .split(split + 1, program.count) }
  }
}
