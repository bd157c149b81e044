package import KubernetesAPI

/// Objects of one resource, each name once, in the order of their names.
///
/// A dictionary of ten thousand takes nearly twice the memory: two fifths of its table are empty.
package struct SortedElements<Element: StoreElement>: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var values: [Element]

  /// Of several with one name, the last one is kept.
  package init(_ all: some Collection<Element>) {
    if zip(all, all.dropFirst()).allSatisfy({ $0.name < $1.name }) {
      // As a server lists them. A copy, because an array that was appended to may have room for twice as many.
      values = Array(unsafeUninitializedCapacity: all.count) { buffer, count in
        for element in all {
          buffer.initializeElement(at: count, to: element)
          count += 1
        }
      }
      return
    }
    let unique = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    values = unique.values.sorted { $0.name < $1.name }
  }

  package init(dictionaryLiteral elements: (String, Element)...) { self.init(elements.map(\.1)) }

  package var names: some Collection<String> { values.lazy.map(\.name) }

  package subscript(name: String) -> Element? {
    get {
      let index = index(of: name)
      return has(name, at: index) ? values[index] : nil
    }
    set {
      let index = index(of: name)
      switch (newValue, has(name, at: index)) {
      case (let element?, true): values[index] = element
      case (let element?, false): values.insert(element, at: index)
      case (nil, true): values.remove(at: index)
      case (nil, false): break
      }
    }
  }

  private func has(_ name: String, at index: Int) -> Bool { index < values.count && values[index].name == name }

  /// Where `name` is or would be.
  private func index(of name: String) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
