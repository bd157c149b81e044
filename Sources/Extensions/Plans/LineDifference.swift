import Manifest
import Platform

/// The lines that were removed from a text and added to it.
package struct LineDifference: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case same, removed, added
  }

  package struct Line: Hashable, Sendable {
    package var kind: Kind
    package var text: String
    /// The text with its secrets masked.
    package var shown: String

    package init(_ kind: Kind, _ text: String, shown: String? = nil) {
      self.kind = kind
      self.text = text
      self.shown = shown ?? text
    }
  }

  /// All lines of both texts, in reading order.
  package private(set) var lines: [Line] = []
  /// The number of steps of the search; proportional to the number of lines and not to its square.
  private(set) var steps = 0

  package init(from old: String, to new: String) {
    let (before, after) = (Self.split(old), Self.split(new))
    var matcher = LineMatcher(before, after)
    matcher.run()
    steps = matcher.steps
    merge(before, matcher.isRemoved, after, matcher.isAdded)
    mask(MaskedText(old), MaskedText(new))
  }

  /// Only the lines that differ.
  package var changes: [Line] { lines.filter { $0.kind != .same } }

  private mutating func merge(_ before: [String], _ isRemoved: [Bool], _ after: [String], _ isAdded: [Bool]) {
    var (old, new) = (0, 0)
    lines.reserveCapacity(max(before.count, after.count))
    while old < before.count || new < after.count {
      if old < before.count, isRemoved[old] {
        lines.append(Line(.removed, before[old]))
        old += 1
      } else if new < after.count, isAdded[new] {
        lines.append(Line(.added, after[new]))
        new += 1
      } else {
        lines.append(Line(.same, before[old]))
        old += 1
        new += 1
      }
    }
  }

  /// Masks each line in the context of its own text.
  private mutating func mask(_ before: MaskedText, _ after: MaskedText) {
    var (old, new) = (0, 0)
    for index in lines.indices {
      let line = lines[index].kind == .removed ? before.lines[old] : after.lines[new]
      // The carriage return in a Windows text is not part of the line.
      lines[index].shown = line.withoutCarriageReturn
      if lines[index].kind != .added { old += 1 }
      if lines[index].kind != .removed { new += 1 }
    }
  }

  /// A newline at the end of the text does not begin another line.
  private static func split(_ text: String) -> [String] {
    var lines = text.lines
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

/// Finds the lines that two texts have in common, in linear space (Myers, “An O(ND) Difference Algorithm”, 1986).
///
/// Lines that only one text has are excluded first. If the rest differs in more than `reach` places, the search
/// continues from the furthest point reached: the result is then correct, but may not be the shortest.
struct LineMatcher {
  private(set) var isRemoved: [Bool]
  private(set) var isAdded: [Bool]
  private(set) var steps = 0

  /// The lines that both texts have, as numbers, and their positions.
  private var old: [Int] = []
  private var new: [Int] = []
  private var oldIndices: [Int] = []
  private var newIndices: [Int] = []

  private static let reach = 256

  /// A part of the old text and one of the new.
  fileprivate struct Pair {
    var old: Range<Int>
    var new: Range<Int>
  }

  init(_ before: [String], _ after: [String]) {
    isRemoved = Array(repeating: true, count: before.count)
    isAdded = Array(repeating: true, count: after.count)
    var numbers: [String: Int] = [:]
    let oldNumbers = before.map { line in
      let number = numbers[line] ?? numbers.count
      numbers[line] = number
      return number
    }
    var isShared = Array(repeating: false, count: numbers.count)
    for (index, line) in after.enumerated() {
      guard let number = numbers[line] else { continue }
      isShared[number] = true
      new.append(number)
      newIndices.append(index)
    }
    for (index, number) in oldNumbers.enumerated() where isShared[number] {
      old.append(number)
      oldIndices.append(index)
    }
  }

  /// Marks the common lines.
  mutating func run() {
    var open = [Pair(old: old.indices, new: new.indices)]
    while let pair = open.popLast() {
      let rest = withoutSameEnds(pair)
      guard !rest.old.isEmpty, !rest.new.isEmpty, let split = middle(of: rest) else { continue }
      open.append(Pair(old: rest.old.lowerBound..<split.old, new: rest.new.lowerBound..<split.new))
      open.append(Pair(old: split.old..<rest.old.upperBound, new: split.new..<rest.new.upperBound))
    }
  }

  private mutating func withoutSameEnds(_ pair: Pair) -> Pair {
    var (low, high) = ((pair.old.lowerBound, pair.new.lowerBound), (pair.old.upperBound, pair.new.upperBound))
    while low.0 < high.0, low.1 < high.1, old[low.0] == new[low.1] {
      markSame(low.0, low.1)
      low = (low.0 + 1, low.1 + 1)
    }
    while low.0 < high.0, low.1 < high.1, old[high.0 - 1] == new[high.1 - 1] {
      high = (high.0 - 1, high.1 - 1)
      markSame(high.0, high.1)
    }
    return Pair(old: low.0..<high.0, new: low.1..<high.1)
  }

  private mutating func markSame(_ oldIndex: Int, _ newIndex: Int) {
    steps += 1
    isRemoved[oldIndices[oldIndex]] = false
    isAdded[newIndices[newIndex]] = false
  }

  /// A point on a short path from corner to corner; `nil` if the parts have nothing in common.
  private mutating func middle(of pair: Pair) -> (old: Int, new: Int)? {
    let far = (pair.old.count + pair.new.count + 1) / 2
    let reach = min(far, Self.reach)
    var forward = Front(pair, reach: reach, isBackward: false)
    var backward = Front(pair, reach: reach, isBackward: true)
    for distance in 0..<reach {
      if let point = advance(&forward, meeting: backward, distance, pair) { return inside(point, pair) }
      if let point = advance(&backward, meeting: forward, distance, pair) { return inside(point, pair) }
    }
    return far > reach ? inside(forward.furthest, pair) : nil
  }

  /// `nil` for a corner, which would not divide the pair.
  private func inside(_ point: (Int, Int), _ pair: Pair) -> (old: Int, new: Int)? {
    if point == (0, 0) || point == (pair.old.count, pair.new.count) { return nil }
    return (pair.old.lowerBound + point.0, pair.new.lowerBound + point.1)
  }

  /// Extends the front by one difference on every diagonal; returns the point where it meets the other front.
  private mutating func advance(
    _ front: inout Front, meeting other: Front, _ distance: Int, _ pair: Pair
  ) -> (Int, Int)? {
    for diagonal in stride(from: -distance + front.skippedLow, through: distance - front.skippedHigh, by: 2) {
      var x = front.start(on: diagonal, distance)
      var y = x - diagonal
      while x < front.width, y < front.height, isSame(x, y, pair, front.isBackward) {
        (x, y) = (x + 1, y + 1)
        steps += 1
      }
      steps += 1
      front[diagonal] = x
      if x > front.width {
        front.skippedHigh += 2
      } else if y > front.height {
        front.skippedLow += 2
      } else if let point = front.meets(other, at: x, on: diagonal) {
        return point
      }
    }
    return nil
  }

  private func isSame(_ x: Int, _ y: Int, _ pair: Pair, _ isBackward: Bool) -> Bool {
    isBackward
      ? old[pair.old.upperBound - 1 - x] == new[pair.new.upperBound - 1 - y]
      : old[pair.old.lowerBound + x] == new[pair.new.lowerBound + y]
  }
}

/// The furthest point of one of the two searches on each diagonal, counted from its own corner.
private struct Front {
  let isBackward: Bool
  let (width, height): (Int, Int)
  /// The number of diagonals at each end that have left the grid.
  var (skippedLow, skippedHigh) = (0, 0)
  private let offset: Int
  private var reached: [Int]

  init(_ pair: LineMatcher.Pair, reach: Int, isBackward: Bool) {
    self.isBackward = isBackward
    (width, height) = (pair.old.count, pair.new.count)
    offset = reach + 1
    reached = Array(repeating: -1, count: 2 * offset + 1)
    reached[offset + 1] = 0
  }

  subscript(diagonal: Int) -> Int {
    get { reached.indices.contains(offset + diagonal) ? reached[offset + diagonal] : -1 }
    set { reached[offset + diagonal] = newValue }
  }

  func start(on diagonal: Int, _ distance: Int) -> Int {
    if diagonal == -distance || (diagonal != distance && self[diagonal - 1] < self[diagonal + 1]) {
      return self[diagonal + 1]
    }
    return self[diagonal - 1] + 1
  }

  /// The point where this front meets `other`, counted from the beginning; `nil` if they do not meet.
  func meets(_ other: Front, at x: Int, on diagonal: Int) -> (Int, Int)? {
    let difference = width - height
    // The fronts meet on a forward step if the difference is odd, and on a backward step if it is even.
    guard difference.isMultiple(of: 2) == isBackward else { return nil }
    let opposite = other[difference - diagonal]
    guard opposite >= 0, x >= width - opposite else { return nil }
    return isBackward ? (opposite, opposite - (difference - diagonal)) : (x, x - diagonal)
  }

  /// The furthest point on any diagonal.
  var furthest: (Int, Int) {
    var best = (0, 0)
    for diagonal in -(offset - 1)...(offset - 1) {
      let x = self[diagonal]
      let y = x - diagonal
      if x >= 0, y >= 0, x <= width, y <= height, x + y > best.0 + best.1 { best = (x, y) }
    }
    return best
  }
}
