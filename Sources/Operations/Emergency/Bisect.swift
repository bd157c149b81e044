package import Extensions
package import KubernetesAPI
package import Manifest
import Platform

/// Finds by halving which extension breaks something.
///
/// An extension is never on while one that it needs is off: they stand in an order in which those that need others come
/// first, so that the first half can be off by itself. What is off besides, because it needs one of them, is no suspect
/// any more.
package struct Bisect: Hashable, Sendable {
  package static let annotation = "ksx.dev/bisect"

  /// All that was on at the start; those that need others come before these.
  package let candidates: [String]
  /// What each of them needs, of the others.
  package let needs: [String: [String]]
  package private(set) var suspects: [String]
  /// What is to be off now.
  package private(set) var off: [String]
  /// Something that was off has once made the trouble go.
  private var hasHelped = false

  /// How it stands.
  package enum Verdict: Hashable, Sendable {
    /// Look whether the trouble is gone.
    case look
    case found(String)
    /// It is none of them.
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

  /// The trouble is gone with what is off now, or it is still there.
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

  /// With all that needs one of them.
  private func closed(_ names: Set<String>) -> [String] {
    var names = names
    // Those that need others come first, so going backwards one pass is enough.
    for name in candidates.reversed() where needs[name]?.contains(where: names.contains) == true { names.insert(name) }
    return candidates.filter(names.contains)
  }

  /// How many looks are left at most.
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
  /// As it is kept between two looks.
  package var value: Value {
    func list(_ names: [String]) -> Value { .sequence(names.map(Value.string)) }
    let pairs = needs.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0.key, value: list($0.value)) }
    return [
      "candidates": list(candidates), "needs": .mapping(Mapping(pairs)), "suspects": list(suspects), "off": list(off),
      "hasHelped": .bool(hasHelped),
    ]
  }

  /// Reads what `value` wrote.
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

  /// What must be written so that exactly `off` is off, of what was on at the start.
  ///
  /// What another has switched off bears no mark, and is left alone.
  package func step(_ objects: [Object], _ capabilities: Capabilities) -> SafeMode.Step {
    let marked = MarkedSwitch(Self.annotation, capabilities)
    var step = SafeMode.Step()
    for object in objects.sorted(by: { $0.name < $1.name }) {
      let installation = Installation(object)
      let name = installation.extension
      switch (off.contains(name), installation.isEnabled) {
      case (true, true):
        step.writes.append(.init(name, marked.off(object, mark: "off")))
        step.effects.append(Plan.Effect(.changed, "\(name): enabled → disabled"))
      case (true, false): continue
      case (false, _) where marked.mark(of: object) == nil: continue
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

  /// What brings back all that any bisection has switched off, its own memory or none.
  package static func restoring(_ objects: [Object], _ capabilities: Capabilities) -> SafeMode.Step {
    Bisect([], needs: [:]).step(objects, capabilities)
  }
}
