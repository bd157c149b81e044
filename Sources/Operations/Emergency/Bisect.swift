package import Extensions
package import KubernetesAPI
package import Manifest
import Platform

/// Searches by halving for the extension that breaks something.
///
/// An extension is never enabled while one that it needs is disabled. The candidates are ordered so that those that
/// need others come first; the first half can then be disabled by itself. Extensions that are disabled only because
/// they need one of these are no suspects.
package struct Bisect: Hashable, Sendable {
  package static let annotation = "ksx.dev/bisect"

  /// All extensions that were enabled at the start; each comes before those that it needs.
  package let candidates: [String]
  /// For each candidate, the candidates that it needs.
  package let needs: [String: [String]]
  package private(set) var suspects: [String]
  /// The extensions that must be disabled now.
  package private(set) var off: [String]
  /// Whether the problem was ever gone while something was disabled.
  private var hasHelped = false

  /// The state of the search.
  package enum Verdict: Hashable, Sendable {
    /// The user must check whether the problem is gone.
    case look
    case found(String)
    /// No extension is the cause.
    case none
  }

  package private(set) var verdict = Verdict.look

  package init(_ names: [String], needs: [String: [String]]) {
    self.needs = needs.mapValues { $0.filter(names.contains) }
    candidates = Self.ordered(names, self.needs)
    suspects = candidates
    off = []
    verdict = candidates.isEmpty ? .none : .look
    halve()
  }

  /// Takes the user's answer: whether the problem is gone with the current extensions disabled.
  package mutating func answer(isGone: Bool) {
    let off = Set(off)
    suspects = suspects.filter { off.contains($0) == isGone }
    hasHelped = hasHelped || isGone
    if suspects.isEmpty {
      verdict = .none
    } else if suspects.count == 1, hasHelped {
      verdict = .found(suspects[0])
    }
    halve()
  }

  private mutating func halve() {
    guard verdict == .look else {
      off = []
      return
    }
    off = closed(Set(suspects.prefix((suspects.count + 1) / 2)))
  }

  /// `names` and all candidates that need one of them.
  private func closed(_ names: Set<String>) -> [String] {
    var names = names
    // Candidates come before what they need, so that one pass backwards is enough.
    for name in candidates.reversed() where needs[name]?.contains(where: names.contains) == true { names.insert(name) }
    return candidates.filter(names.contains)
  }

  /// How many more answers are needed at most.
  package var looksLeft: Int {
    guard verdict == .look else { return 0 }
    var (count, looks) = (suspects.count, 0)
    while count > 1 { (count, looks) = ((count + 1) / 2, looks + 1) }
    return looks + (hasHelped ? 0 : 1)
  }

  private static func ordered(_ names: [String], _ needs: [String: [String]]) -> [String] {
    var seen: Set<String> = []
    var order: [String] = []
    func visit(_ name: String) {
      guard seen.insert(name).inserted else { return }
      for need in needs[name]?.sorted() ?? [] { visit(need) }
      order.append(name)
    }
    for name in names.sorted() { visit(name) }
    return order.reversed()
  }
}

extension Bisect {
  /// The search as it is stored between two answers.
  package var value: Value {
    func list(_ names: [String]) -> Value { .sequence(names.map(Value.string)) }
    let pairs = needs.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0.key, value: list($0.value)) }
    return [
      "candidates": list(candidates), "needs": .mapping(Mapping(pairs)), "suspects": list(suspects), "off": list(off),
      "hasHelped": .bool(hasHelped),
    ]
  }

  /// Reads `value`, which the property of that name has written.
  package init?(_ value: Value) {
    func list(_ value: Value?) -> [String] { value?.sequence?.compactMap(\.string) ?? [] }
    guard let pairs = value["needs"]?.mapping?.pairs else { return nil }
    candidates = list(value["candidates"])
    needs = Dictionary(pairs.map { ($0.key, list($0.value)) }, uniquingKeysWith: { $1 })
    suspects = list(value["suspects"])
    off = list(value["off"])
    hasHelped = value["hasHelped"]?.bool ?? false
    if candidates.isEmpty || suspects.isEmpty { return nil }
  }

  /// The writes after which exactly `off` is disabled, of what was enabled at the start.
  ///
  /// Installations that others have disabled do not have the annotation, and are left alone.
  package func step(_ objects: [Object], _ capabilities: Capabilities) -> SafeMode.Step {
    let marked = AnnotatedSwitch(Self.annotation, capabilities, recorded: candidates)
    var step = SafeMode.Step()
    for object in objects.sorted(by: { $0.name < $1.name }) {
      let installation = Installation(object)
      let name = installation.extension
      switch (off.contains(name), installation.isEnabled) {
      case (true, true):
        step.writes.append(.init(name, marked.off(object, mark: "off")))
        step.effects.append(Plan.Effect(.changed, "\(name): enabled → disabled"))
      case (true, false): continue
      case (false, _) where !marked.hasDisabled(object): continue
      case (false, true):
        step.writes.append(.init(name, marked.forget(object)))
        step.notes.append("\(name) has been enabled by another meanwhile")
      case (false, false):
        step.writes.append(.init(name, marked.on(object)))
        step.effects.append(Plan.Effect(.changed, "\(name): disabled → enabled"))
      }
    }
    return step
  }

  /// The writes that enable everything that the search has disabled.
  package func restoring(_ objects: [Object], _ capabilities: Capabilities) -> SafeMode.Step {
    var ended = self
    ended.off = []
    return ended.step(objects, capabilities)
  }

  /// The writes that enable everything that a search has disabled whose record is lost.
  package static func restoring(_ objects: [Object], _ capabilities: Capabilities) -> SafeMode.Step {
    Bisect([], needs: [:]).step(objects, capabilities)
  }
}
