/// A regular expression in Go's syntax (RE2), which the schemas of Kubernetes use.
///
/// The time to match is proportional to the length of the text for every expression, because a definition of one user
/// is matched against input of others. Scripts of Unicode (`\p{Greek}`) are not supported and are refused.
struct Pattern: Hashable, Sendable {
  /// The expression as written.
  let text: String
  private let program: [Instruction]

  /// An instruction of the machine that looks for a match.
  enum Instruction: Hashable, Sendable {
    case scalar(ScalarSet)
    case assertion(Assertion)
    case split(Int, Int)
    case jump(Int)
    case match
  }

  /// A condition on a position between two characters.
  enum Assertion: Hashable, Sendable {
    case startOfText
    case endOfText
    case startOfLine
    case endOfLine
    case wordBoundary
    case noWordBoundary
  }

  /// Parses `text`; throws if it is invalid or not supported.
  init(_ text: String) throws(PatternError) {
    self.text = text
    var parser = PatternParser(text)
    var compiler = PatternCompiler()
    program = try compiler.compile(try parser.parse())
  }

  /// Whether the expression matches anywhere in `text`.
  func matches(_ text: String) -> Bool {
    let scalars = text.unicodeScalars.map(\.value)
    var (current, next) = (ThreadList(program.count), ThreadList(program.count))
    for index in 0...scalars.count {
      // A match may begin at every position.
      if add(0, to: &current, scalars, index) { return true }
      guard index < scalars.count else { return false }
      for instruction in current.instructions {
        guard case .scalar(let set) = program[instruction], set.contains(scalars[index]) else { continue }
        if add(instruction + 1, to: &next, scalars, index + 1) { return true }
      }
      swap(&current, &next)
      next.clear()
    }
    return false
  }

  /// Follows the instructions from `instruction` that consume no character; true if they reach a match.
  private func add(_ instruction: Int, to list: inout ThreadList, _ text: [UInt32], _ index: Int) -> Bool {
    var waiting = [instruction]
    while let instruction = waiting.popLast() {
      guard list.insert(instruction) else { continue }
      switch program[instruction] {
      case .match: return true
      case .jump(let other): waiting.append(other)
      case .split(let first, let second): waiting += [second, first]
      case .assertion(let assertion) where assertion.holds(in: text, at: index): waiting.append(instruction + 1)
      case .assertion, .scalar: break
      }
    }
    return false
  }

  /// Positions in the program, each at most once.
  private struct ThreadList {
    private(set) var instructions: [Int] = []
    private var isMember: [Bool]

    init(_ count: Int) { isMember = Array(repeating: false, count: count) }

    mutating func insert(_ instruction: Int) -> Bool {
      guard !isMember[instruction] else { return false }
      isMember[instruction] = true
      instructions.append(instruction)
      return true
    }

    mutating func clear() {
      for instruction in instructions { isMember[instruction] = false }
      instructions.removeAll(keepingCapacity: true)
    }
  }
}

/// Why an expression cannot be used.
struct PatternError: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension Pattern.Assertion {
  func holds(in text: [UInt32], at index: Int) -> Bool {
    switch self {
    case .startOfText: index == 0
    case .endOfText: index == text.count
    case .startOfLine: index == 0 || text[index - 1] == 10
    case .endOfLine: index == text.count || text[index] == 10
    case .wordBoundary: Self.isBoundary(text, index)
    case .noWordBoundary: !Self.isBoundary(text, index)
    }
  }

  private static func isBoundary(_ text: [UInt32], _ index: Int) -> Bool {
    let before = index > 0 && ScalarSet.word.contains(text[index - 1])
    let after = index < text.count && ScalarSet.word.contains(text[index])
    return before != after
  }
}
