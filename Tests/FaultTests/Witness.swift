import Client
import KubernetesAPI
import Manifest
import Platform
import TestSupport

/// Knows what has been written and every event a watch has reported, and can tell what was wrong with them.
final class Witness: Sendable {
  private struct State {
    /// What each version was; `nil` for a deletion.
    var written: [Int: (name: String, text: String?)] = [:]
    var store = Store<Object>()
    var events: [WatchEvent<Object>] = []
  }

  private let state = Locked(State())

  var elements: SortedElements<Object> { state.withLock { $0.store.elements } }

  func wrote(_ version: Int, _ name: String, _ text: String?) {
    state.withLock { $0.written[version] = (name, text) }
  }

  func saw(_ event: WatchEvent<Object>) {
    state.withLock { state in
      state.events.append(event)
      state.store.apply(event)
    }
  }

  /// What was invented, changed on the way, doubled or out of order.
  var mistakes: [String] {
    var review = state.withLock { Review(written: $0.written) }
    for event in state.withLock({ $0.events }) { review.look(at: event) }
    return review.mistakes
  }
}

/// Goes through the events in their order.
private struct Review {
  let written: [Int: (name: String, text: String?)]
  private(set) var mistakes: [String] = []
  private var store = Store<Object>()
  /// The version up to which the store is as the server was.
  private var place = 0

  init(written: [Int: (name: String, text: String?)]) { self.written = written }

  mutating func look(at event: WatchEvent<Object>) {
    switch event {
    case .replaced(let objects): look(at: objects)
    case .applied(let object):
      check(object, isDeletion: false)
      advance(to: object)
    case .deleted(let object):
      check(object, isDeletion: true)
      advance(to: object)
    case .resumed, .interrupted: break
    }
    store.apply(event)
  }

  private mutating func look(at objects: [Object]) {
    if Set(objects.map(\.name)).count != objects.count { mistakes.append("a list with a name twice") }
    for object in objects {
      check(object, isDeletion: false)
      let known = store[object.name].flatMap { Int($0.resourceVersion) } ?? 0
      if Int(object.resourceVersion) ?? 0 < known { mistakes.append("\(object.name) went back from \(known)") }
      place = max(place, Int(object.resourceVersion) ?? 0)
    }
  }

  private mutating func check(_ object: Object, isDeletion: Bool) {
    guard let version = Int(object.resourceVersion), let (name, text) = written[version] else {
      mistakes.append("\(object.name) at \(object.resourceVersion) was never written")
      return
    }
    let seen = isDeletion ? nil : object.spec["icon"]?.string
    if name != object.name || text != seen {
      mistakes.append("\(object.name) at \(version) says \(seen ?? "-") instead of \(name): \(text ?? "-")")
    }
  }

  private mutating func advance(to object: Object) {
    guard let version = Int(object.resourceVersion) else { return }
    if version < place { mistakes.append("\(object.name) at \(version) after \(place)") }
    place = version
  }
}

/// Changes extensions by chance, and tells the witness of each.
struct Writer {
  let server: TestServer
  let witness: Witness
  var dice: Dice

  private static let names = ["a", "b", "c", "d", "e", "f", "g"]

  /// One change.
  mutating func write() async throws {
    guard let name = Self.names.randomElement(using: &dice) else { return }
    let text = "\(name) \(dice.next() % 1_000_000) " + String(repeating: "x", count: dice.upTo(120))
    let truth = server.truth
    let old = try? await truth.get(.extensions, name)
    switch old {
    case nil:
      let made = try await truth.create(.extensions, Object(.extensions, name: name, ["spec": ["icon": .string(text)]]))
      witness.wrote(Int(made.resourceVersion) ?? 0, name, text)
    case .some where dice.chance(3):
      try await truth.delete(.extensions, name)
      // Its last state carries the version of its deletion.
      witness.wrote(await server.changes, name, nil)
    default:
      let made = try await truth.patch(.extensions, name, ["spec": ["icon": .string(text)]])
      witness.wrote(Int(made.resourceVersion) ?? 0, name, text)
    }
  }
}
