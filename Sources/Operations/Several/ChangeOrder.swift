package import Platform

/// In which order several extensions are changed: what an extension needs comes before it, and goes after it.
package struct ChangeOrder: Hashable, Sendable {
  /// All names, each after those that it waits for.
  package private(set) var names: [String] = []
  /// For each name those that must have ended before it begins.
  package private(set) var predecessors: [String: Set<String>] = [:]

  /// `needs` says what each extension needs; with `isRemoval` it is taken the other way round.
  ///
  /// Where extensions need each other in a circle, the one that comes first by its name begins.
  package init(_ all: some Sequence<String>, needs: [String: Set<String>], isRemoval: Bool) {
    let sorted = Set(all).sorted()
    var edges = needs.filter { sorted.contains($0.key) }.mapValues { $0.intersection(sorted) }
    if isRemoval {
      edges = edges.reduce(into: [:]) { turned, edge in
        for other in edge.value { turned[other, default: []].insert(edge.key) }
      }
    }
    for name in sorted { visit(name, edges, above: []) }
  }

  private mutating func visit(_ name: String, _ edges: [String: Set<String>], above: Set<String>) {
    guard predecessors[name] == nil else { return }
    predecessors[name] = (edges[name] ?? []).subtracting(above).subtracting([name])
    for other in (edges[name] ?? []).sorted() where !above.contains(other) && other != name {
      visit(other, edges, above: above.union([name]))
    }
    names.append(name)
  }

  /// Those that others wait for.
  package var awaited: Set<String> { predecessors.values.reduce(into: []) { $0.formUnion($1) } }
}

/// What came of one of several changes.
package enum ChangeResult: Hashable, Sendable {
  /// The cluster took it, and where it was waited for, carried it out; in words.
  case done(String)
  /// It is what there was.
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

  /// The word that a program reads.
  package var word: String {
    switch self {
    case .done: "done"
    case .alreadySo: "alreadySo"
    case .failed: "failed"
    case .skipped: "skipped"
    }
  }

  /// What a reader is told beside the word.
  package var sentence: Sentence {
    switch self {
    case .done(let text), .failed(let text): Sentence(verbatim: text)
    case .skipped(let reason): reason
    case .alreadySo: "nothing to do"
    }
  }

  /// The same in English.
  package var text: String { sentence.english }
}

/// Several changes under way: which may begin, and what came of those that have ended.
///
/// A value that decides; the caller carries out what `next` names and tells how it ended.
package struct ManyChanges: Hashable, Sendable {
  /// How many are under way at once.
  package static let width = 4

  package let order: ChangeOrder
  /// Whether the rest is begun after a failure.
  package let keepsGoing: Bool
  private let width: Int
  package private(set) var results: [String: ChangeResult] = [:]
  private var running: Set<String> = []
  private var hasFailed = false

  package init(_ order: ChangeOrder, width: Int = ManyChanges.width, keepsGoing: Bool) {
    (self.order, self.width, self.keepsGoing) = (order, width, keepsGoing)
  }

  /// The names whose changes begin now.
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

  /// Takes in how the change of `name` ended.
  package mutating func ended(_ name: String, _ result: ChangeResult) {
    running.remove(name)
    results[name] = result
    if case .failed = result { hasFailed = true }
  }

  /// All of them in their order, with what came of each.
  package var outcome: [(name: String, result: ChangeResult)] {
    order.names.compactMap { name in results[name].map { (name, $0) } }
  }

  /// How many did not come about.
  package var failures: Int { results.values.count(where: \.isFailure) }
}
