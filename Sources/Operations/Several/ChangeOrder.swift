package import Platform

/// The order in which several extensions are changed: dependencies first, or last for a removal.
package struct ChangeOrder: Hashable, Sendable {
  /// All names, each after its predecessors.
  package private(set) var names: [String] = []
  /// For each name, the names whose changes must have ended before its change begins.
  package private(set) var predecessors: [String: Set<String>] = [:]

  /// `needs` are the dependencies of each extension; `isRemoval` reverses them.
  ///
  /// In a cycle of dependencies, the extension whose name sorts first is visited first, and the cycle is broken there.
  package init(_ all: some Sequence<String>, needs: [String: Set<String>], isRemoval: Bool) {
    let sorted = Set(all).sorted()
    var edges = needs.filter { sorted.contains($0.key) }.mapValues { $0.intersection(sorted) }
    if isRemoval {
      edges = edges.reduce(into: [:]) { reversed, edge in
        for other in edge.value { reversed[other, default: []].insert(edge.key) }
      }
    }
    for name in sorted { visit(name, edges, above: []) }
  }

  /// Adds `name` after its dependencies; `above` are the names whose dependencies are being added, and end a cycle.
  private mutating func visit(_ name: String, _ edges: [String: Set<String>], above: Set<String>) {
    guard predecessors[name] == nil else { return }
    predecessors[name] = (edges[name] ?? []).subtracting(above).subtracting([name])
    for other in (edges[name] ?? []).sorted() where !above.contains(other) && other != name {
      visit(other, edges, above: above.union([name]))
    }
    names.append(name)
  }

  /// The names that are predecessors of others.
  package var awaited: Set<String> { predecessors.values.reduce(into: []) { $0.formUnion($1) } }
}

/// The result of one of several changes.
package enum ChangeResult: Hashable, Sendable {
  /// The API server accepted it and, if it was waited for, the controllers finished it; in words.
  case done(String)
  /// The cluster was in this state already.
  case alreadySo
  case failed(String)
  /// It was not begun, and why.
  case skipped(Sentence)

  package var isFailure: Bool {
    switch self {
    case .done, .alreadySo: false
    case .failed, .skipped: true
    }
  }

  /// The word for programs.
  package var word: String {
    switch self {
    case .done: "done"
    case .alreadySo: "alreadySo"
    case .failed: "failed"
    case .skipped: "skipped"
    }
  }

  /// The text that is shown beside the word.
  package var sentence: Sentence {
    switch self {
    case .done(let text), .failed(let text): Sentence(verbatim: text)
    case .skipped(let reason): reason
    case .alreadySo: "nothing to do"
    }
  }

  /// `sentence` in English.
  package var text: String { sentence.english }
}

/// Decides which of several changes may begin, and keeps their results.
///
/// The caller carries out the changes that `next` returns, and reports their ends with `ended`.
package struct ManyChanges: Hashable, Sendable {
  /// How many changes are in progress at once.
  package static let width = 4

  package let order: ChangeOrder
  /// Whether other changes are begun after one has failed.
  package let keepsGoing: Bool
  private let width: Int
  package private(set) var results: [String: ChangeResult] = [:]
  private var running: Set<String> = []
  private var hasFailed = false

  package init(_ order: ChangeOrder, width: Int = ManyChanges.width, keepsGoing: Bool) {
    (self.order, self.width, self.keepsGoing) = (order, width, keepsGoing)
  }

  /// The names whose changes begin now; changes that must not begin are marked as skipped.
  package mutating func next() -> [String] {
    var begun: [String] = []
    for name in order.names where results[name] == nil && !running.contains(name) {
      if hasFailed, !keepsGoing {
        results[name] = .skipped("not begun, after a failure")
      } else if let failed = predecessors(name).first(where: { results[$0]?.isFailure == true }) {
        results[name] = .skipped("not begun: \(failed) comes first, and failed")
      } else if running.count < width, predecessors(name).allSatisfy({ results[$0] != nil }) {
        running.insert(name)
        begun.append(name)
      }
    }
    return begun
  }

  private func predecessors(_ name: String) -> [String] { (order.predecessors[name] ?? []).sorted() }

  /// Records the result of the change of `name`.
  package mutating func ended(_ name: String, _ result: ChangeResult) {
    running.remove(name)
    results[name] = result
    if case .failed = result { hasFailed = true }
  }

  /// The results in order.
  package var outcome: [(name: String, result: ChangeResult)] {
    order.names.compactMap { name in results[name].map { (name, $0) } }
  }

  /// How many changes failed or were skipped.
  package var failures: Int { results.values.count(where: \.isFailure) }
}
