/// Elements by path prefix, found in logarithmic time.
///
/// The prefixes are sorted, and the parent of each is the longest other one that it begins with. The last prefix that
/// does not sort after a path is either a prefix of the path itself, or all prefixes of the path are its ancestors.
struct PrefixIndex<Element: Sendable>: Sendable {
  private struct Entry {
    var prefix: [UInt8]
    var parent: Int?
    var elements: [Element]
  }

  private let entries: [Entry]

  init(_ all: [(prefix: [UInt8], element: Element)]) {
    var entries: [Entry] = []
    let sorted = all.enumerated().sorted { left, right in
      left.element.prefix == right.element.prefix
        ? left.offset < right.offset : left.element.prefix.lexicographicallyPrecedes(right.element.prefix)
    }
    for (_, item) in sorted {
      if let last = entries.indices.last, entries[last].prefix == item.prefix {
        entries[last].elements.append(item.element)
        continue
      }
      var parent = entries.indices.last
      while let candidate = parent, !item.prefix.starts(with: entries[candidate].prefix) {
        parent = entries[candidate].parent
      }
      entries.append(Entry(prefix: item.prefix, parent: parent, elements: [item.element]))
    }
    self.entries = entries
  }

  /// Visits the elements at prefixes of `path`, the longest prefix first; those of one prefix in their original order.
  ///
  /// `visit` returns true to end the search.
  func visit(_ path: [UInt8], _ visit: (Element) -> Bool) {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if path.lexicographicallyPrecedes(entries[middle].prefix) { high = middle } else { low = middle + 1 }
    }
    var index: Int? = low - 1
    while let candidate = index, candidate >= 0 {
      if path.starts(with: entries[candidate].prefix) {
        for element in entries[candidate].elements where visit(element) { return }
      }
      index = entries[candidate].parent
    }
  }
}
