/// A path pattern as in Go's `filepath.Match`: `*` and `?` match anything but a slash, `[a-z]` and `[^a-z]` match one
/// character, and a backslash escapes the next character.
package struct PathPattern: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    case literal(Unicode.Scalar)
    case any
    case star
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  private var parts: [Part] = []

  /// Parses `text`; `nil` if it is a bad pattern to Go: a bracket that is not closed, an empty set or range, or a
  /// backslash at the end.
  package init?(_ text: some Sequence<Unicode.Scalar>) {
    var rest = Array(text)[...]
    while let first = rest.popFirst() {
      switch first {
      case "*": parts.append(.star)
      case "?": parts.append(.any)
      case "[":
        guard let set = Self.set(&rest) else { return nil }
        parts.append(set)
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        parts.append(.literal(escaped))
      default: parts.append(.literal(first))
      }
    }
  }

  /// Parses `text`, as above.
  package init?(_ text: String) { self.init(text.unicodeScalars) }

  /// Whether the whole `path` matches.
  package func matches(_ path: String) -> Bool {
    let path = Array(path.unicodeScalars)
    var (part, position) = (0, 0)
    // The position of the last star, and the end of its match.
    var star: (part: Int, position: Int)?
    while part < parts.count || position < path.count {
      if part < parts.count, parts[part] == .star {
        star = (part, position)
        part += 1
      } else if part < parts.count, position < path.count, Self.fits(parts[part], path[position]) {
        (part, position) = (part + 1, position + 1)
      } else if let last = star, last.position < path.count, path[last.position] != "/" {
        star = (last.part, last.position + 1)
        (part, position) = (last.part + 1, last.position + 1)
      } else {
        return false
      }
    }
    return true
  }

  private static func fits(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
    switch part {
    case .literal(let wanted): wanted == scalar
    case .any: scalar != "/"
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
    case .star: false
    }
  }

  /// Parses the content of a bracket.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Part? {
    let isNegated = rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var count = 0
    while rest.first != "]" || count == 0 {
      guard let low = scalar(&rest) else { return nil }
      var high = low
      if rest.first == "-" {
        rest.removeFirst()
        guard let end = scalar(&rest) else { return nil }
        high = end
      }
      // A reversed range matches nothing, but counts as a range.
      if low <= high { ranges.append(low...high) }
      count += 1
    }
    rest = rest.dropFirst()
    return .set(ranges, isNegated: isNegated)
  }

  /// One end of a range; a hyphen or a closing bracket must be escaped there.
  private static func scalar(_ rest: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
    guard let first = rest.popFirst(), first != "-", first != "]" else { return nil }
    return first == "\\" ? rest.popFirst() : first
  }
}
