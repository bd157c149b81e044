import Manifest

extension JSONPathTemplate {
  /// The output of the template for `document`.
  func text(_ document: Value) throws(JSONPathError) -> String {
    var results: [[Value]] = []
    _ = try run(from: 0, on: document, isInRange: false, into: &results)
    return results.map { $0.map(GoText.shown).joined(separator: " ") }.joined()
  }

  /// The values that the first action of the template selects in `document`.
  func values(_ document: Value) throws(JSONPathError) -> [Value] {
    var results: [[Value]] = []
    _ = try run(from: 0, on: document, isInRange: false, into: &results)
    return results.first ?? []
  }

  /// Evaluates the parts from `start` on with `value`, and returns the index of the part that ends the range.
  private func run(
    from start: Int, on value: Value, isInRange: Bool, into results: inout [[Value]]
  ) throws(JSONPathError) -> Int {
    var position = start
    while position < parts.count {
      switch parts[position] {
      case .text(let text): results.append([.string(text)])
      case .action(let nodes):
        let found = try Self.walk(nodes, [value], isInRange: isInRange)
        switch found.mark {
        case .end: return position
        case .range:
          position = try range(found.values, after: position, into: &results)
        case nil: results.append(found.values)
        }
      }
      position += 1
    }
    return position
  }

  private func range(
    _ values: [Value], after position: Int, into results: inout [[Value]]
  ) throws(JSONPathError) -> Int {
    var end = position
    for value in values { end = try run(from: position + 1, on: value, isInRange: true, into: &results) }
    if !values.isEmpty { return end }
    // Skips the parts of a range without values.
    var unused: [[Value]] = []
    return try run(from: position + 1, on: .null, isInRange: true, into: &unused)
  }

  private enum Mark { case range, end }

  private static func walk(
    _ nodes: [Node], _ input: [Value], isInRange: Bool = false
  ) throws(JSONPathError) -> (values: [Value], mark: Mark?) {
    var values = input
    var mark: Mark?
    for node in nodes {
      guard case .word(let word) = node else {
        values = try step(node, values)
        continue
      }
      switch word {
      case "range": mark = .range
      case "end" where isInRange: (values, mark) = ([], .end)
      case "end": throw JSONPathError("not in range, nothing to end")
      default: throw JSONPathError("unrecognized identifier \(word)")
      }
    }
    return (values, mark)
  }

  private static func step(_ node: Node, _ input: [Value]) throws(JSONPathError) -> [Value] {
    switch node {
    case .text(let text): return [.string(text)]
    case .integer(let integer): return input.map { _ in .integer(integer) }
    case .number(let number): return input.map { _ in .number(number) }
    case .bool(let bool): return input.map { _ in .bool(bool) }
    case .field(let name): return input.compactMap { $0.mapping?[name] }
    case .elements(let slice): return try elements(slice, input)
    case .wildcard: return input.flatMap(children)
    case .descent: return input.flatMap(descendants)
    case .filter(let filter): return try filtered(filter, input)
    case .union(let members):
      var values: [Value] = []
      for member in members { values += try walk(member, input).values }
      return values
    case .word: fatalError("a word is no step")
    }
  }

  private static func children(_ value: Value) -> [Value] {
    value.mapping?.pairs.map(\.value) ?? value.sequence ?? []
  }

  /// The value itself, unless it is empty, and everything below it.
  private static func descendants(_ value: Value) -> [Value] {
    if let text = value.string { return text.isEmpty ? [] : [value] }
    let children = children(value)
    return children.isEmpty ? [] : [value] + children.flatMap(descendants)
  }
}

// Lists.
extension JSONPathTemplate {
  private static func elements(_ slice: Slice, _ input: [Value]) throws(JSONPathError) -> [Value] {
    var result: [Value] = []
    for value in input where value != .null {
      guard let all = value.sequence else { throw JSONPathError("\(GoText.type(value)) is not array or slice") }
      guard let range = try range(slice, all.count) else { return result }
      let step = slice.step ?? 1
      guard step > 0 else { throw JSONPathError("step must be > 0") }
      result += stride(from: range.lowerBound, to: range.upperBound, by: step).map { all[$0] }
    }
    return result
  }

  /// The indices of the slice in a list of `count`; `nil` if it is empty.
  private static func range(_ slice: Slice, _ count: Int) throws(JSONPathError) -> Range<Int>? {
    var first = slice.first ?? 0
    if first < 0 { first += count }
    var end = slice.end ?? count
    if end < 0 || (end == 0 && slice.isOne) { end += count }
    if first == end { return nil }
    if first >= count || first < 0 {
      throw JSONPathError("array index out of bounds: index \(first), length \(count)")
    }
    if end > count || end < 0 {
      throw JSONPathError("array index out of bounds: index \(end - 1), length \(count)")
    }
    if first > end { throw JSONPathError("starting index \(first) is greater than ending index \(end)") }
    return first..<end
  }

  private static func filtered(_ filter: Filter, _ input: [Value]) throws(JSONPathError) -> [Value] {
    var result: [Value] = []
    for value in input {
      guard let all = value.sequence else {
        throw JSONPathError("\(GoText.plain(value)) is not array or slice and cannot be filtered")
      }
      for item in all {
        if try passes(item, filter) { result.append(item) }
      }
    }
    return result
  }

  private static func passes(_ item: Value, _ filter: Filter) throws(JSONPathError) -> Bool {
    guard let comparison = filter.comparison else {
      // A path that fails counts as present.
      return ((try? walk(filter.left, [item]).values) ?? [item]).isEmpty == false
    }
    let (lefts, rights) = (try walk(filter.left, [item]).values, try walk(filter.right, [item]).values)
    if lefts.count > 1 || rights.count > 1 { throw JSONPathError("can only compare one element at a time") }
    guard let left = lefts.first, let right = rights.first else { return false }
    switch comparison {
    case "==": return try order(left, right, isOrdered: false) == 0
    case "!=": return try order(left, right, isOrdered: false) != 0
    case "<": return try order(left, right) < 0
    case "<=": return try order(left, right) <= 0
    case ">": return try order(left, right) > 0
    case ">=": return try order(left, right) >= 0
    default: throw JSONPathError("unrecognized filter operator \(comparison)")
    }
  }

  /// Compares values of the same type only; an integer and a fraction are of different types.
  private static func order(_ left: Value, _ right: Value, isOrdered: Bool = true) throws(JSONPathError) -> Int {
    func sign<Element: Comparable>(_ left: Element, _ right: Element) -> Int {
      left < right ? -1 : left == right ? 0 : 1
    }
    switch (left, right) {
    case (.string(let left), .string(let right)): return GoText.order(left, right)
    case (.integer(let left), .integer(let right)): return sign(left, right)
    case (.number(let left), .number(let right)): return sign(left, right)
    case (.bool(let left), .bool(let right)) where !isOrdered: return left == right ? 0 : 1
    case (.mapping, _), (.sequence, _), (.null, _), (_, .mapping), (_, .sequence), (_, .null), (.bool, .bool):
      throw JSONPathError("invalid type for comparison")
    default: throw JSONPathError("incompatible types for comparison")
    }
  }
}
