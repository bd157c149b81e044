package import KubernetesAPI

/// The last known objects of one resource, by name.
///
/// A value with one writer: its owner applies the events.
package struct Store<Element: StoreElement>: Hashable, Sendable {
  package private(set) var elements = SortedElements<Element>([])
  /// Why the store may be behind the server; `nil` while the watch works.
  package private(set) var interruption: ClusterError?
  /// False until the first list has arrived.
  package private(set) var isFilled = false

  package init() {}

  package subscript(name: String) -> Element? { elements[name] }

  package mutating func apply(_ event: WatchEvent<Element>) {
    switch event {
    case .replaced(let all):
      elements = SortedElements(all)
      isFilled = true
      interruption = nil
    case .applied(let element):
      elements[element.name] = element
      interruption = nil
    case .deleted(let element):
      elements[element.name] = nil
      interruption = nil
    case .resumed:
      interruption = nil
    case .interrupted(let error, _):
      interruption = error
    }
  }
}
