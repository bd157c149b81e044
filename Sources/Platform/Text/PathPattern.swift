/// A pattern of paths as Go's `filepath.Match` reads them: `*` and `?` stand for anything but a slash, `[a-z]` and
/// `[^a-z]` for one character, and a backslash takes the meaning from what follows it.
package struct PathPattern: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    case literal(Unicode.Scalar)
    case any
    case star
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  private var parts: [Part] = []

  /// Reads `text`; a bracket that is never closed stands for itself.
  package init(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    while let first = rest.popFirst() {
      switch first {
      case "*": parts.append(.star)
      case "?": parts.append(.any)
      case "[": parts.append(Self.set(&rest) ?? .literal("["))
      case "\\": parts.append(.literal(rest.popFirst() ?? "\\"))
      default: parts.append(.literal(first))
      }
    }
  }

  /// Whether the whole of `path` is as the pattern says.
  package func matches(_ path: String) -> Bool {
    let path = Array(path.unicodeScalars)
    var (part, place) = (0, 0)
    // Where the last star stands, and how far it has been stretched.
    var star: (part: Int, place: Int)?
    while part < parts.count || place < path.count {
      if part < parts.count, parts[part] == .star {
        star = (part, place)
        part += 1
      } else if part < parts.count, place < path.count, Self.fits(parts[part], path[place]) {
        (part, place) = (part + 1, place + 1)
      } else if let last = star, last.place < path.count, path[last.place] != "/" {
        star = (last.part, last.place + 1)
        (part, place) = (last.part + 1, last.place + 1)
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

  /// What follows an opening bracket up to its closing one, or `nil` when there is none.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Part? {
    var inner = rest
    let isNegated = inner.first == "^"
    if isNegated { inner.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while inner.first != "]" || ranges.isEmpty {
      guard let low = scalar(&inner) else { return nil }
      var high = low
      if inner.first == "-" {
        inner.removeFirst()
        guard let end = scalar(&inner), end >= low else { return nil }
        high = end
      }
      ranges.append(low...high)
    }
    rest = inner.dropFirst()
    return .set(ranges, isNegated: isNegated)
  }

  private static func scalar(_ rest: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
    guard let first = rest.popFirst() else { return nil }
    return first == "\\" ? rest.popFirst() : first
  }
}
