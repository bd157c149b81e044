/// What was taken out of a text and put into it, line by line.
package struct LineDifference: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case same, removed, added
  }

  package struct Line: Hashable, Sendable {
    package var kind: Kind
    package var text: String

    package init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// Every line of both texts, in the order a person reads them.
  package private(set) var lines: [Line] = []

  package init(from old: String, to new: String) {
    let before = Self.split(old)
    let after = Self.split(new)
    let difference = after.difference(from: before)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    merge(before, without: removed, after, with: inserted)
  }

  /// Only the lines that differ.
  package var changes: [Line] { lines.filter { $0.kind != .same } }

  private mutating func merge(_ before: [String], without removed: Set<Int>, _ after: [String], with inserted: Set<Int>)
  {
    var (old, new) = (0, 0)
    while old < before.count || new < after.count {
      if old < before.count, removed.contains(old) {
        lines.append(Line(.removed, before[old]))
        old += 1
      } else if new < after.count, inserted.contains(new) {
        lines.append(Line(.added, after[new]))
        new += 1
      } else {
        lines.append(Line(.same, before[old]))
        old += 1
        new += 1
      }
    }
  }

  /// The newline at a text's end begins no line.
  private static func split(_ text: String) -> [String] {
    var lines = text.lines
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

extension String {
  /// The text between newlines.
  ///
  /// By bytes: to Swift a carriage return and a newline are one character.
  var lines: [String] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
