import Platform

/// A place in the console to which the user can return, like a page in a browser.
///
/// Plans, choosers, prompts and texts are not places; they belong to the place below them.
enum Location: Hashable, Sendable {
  case marketplace
  case `extension`(String)
  /// A screen that can be opened from anywhere.
  case page(Page)
}

extension Location {
  /// The place as it is stored between sessions.
  var text: String {
    switch self {
    case .marketplace: "marketplace"
    case .extension(let name): "extension \(name)"
    case .page(let page): "page \(page.name)"
    }
  }

  /// The place that was stored as `text`; `nil` if this version does not know it.
  init?(_ text: String) {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    switch (words.first, words.dropFirst().first) {
    case ("marketplace", nil): self = .marketplace
    case ("extension", let name?): self = .extension(name)
    case ("page", let name?):
      guard let page = Page.all.first(where: { $0.name == name }) else { return nil }
      self = .page(page)
    default: return nil
    }
  }
}

/// The visited places, and the current one.
struct NavigationHistory: Hashable, Sendable {
  private var places: [Location] = [.marketplace]
  private var index = 0
  /// The place before the current one, however the user left it.
  private(set) var last: Location?

  /// The maximum number of places; the oldest are dropped.
  static let capacity = 100

  /// The maximum number of places that are stored for the next session.
  static let keptCapacity = 20
  /// The places that are stored already.
  private var restored: [String] = []

  /// The places to store for the next session, the current one last; `nil` if these are stored already.
  var news: [String]? {
    let texts = Array(places[...index].suffix(Self.keptCapacity).map(\.text))
    let isOld = places.count == 1 || texts == restored
    return isOld ? nil : texts
  }

  /// Inserts the places of an earlier session before those of this one.
  mutating func restore(_ texts: [String]) {
    var earlier = texts.suffix(Self.keptCapacity).compactMap(Location.init)
    if earlier.last == places.first { earlier.removeLast() }
    places = earlier + places
    index += earlier.count
    last = last ?? earlier.last
    restored = Array(places[...index].suffix(Self.keptCapacity).map(\.text))
  }

  /// The current place.
  var current: Location { places[index] }

  /// Makes `place` the current one; places after the former one are dropped, unless `place` is the same.
  mutating func visit(_ place: Location) {
    guard place != current else { return }
    last = current
    places.removeSubrange((index + 1)...)
    places.append(place)
    places.removeFirst(max(0, places.count - Self.capacity))
    index = places.count - 1
  }

  /// Moves back or forward; `nil` if there is no such place.
  mutating func step(by distance: Int) -> Location? {
    guard places.indices.contains(index + distance) else { return nil }
    last = current
    index += distance
    return current
  }
}

extension App {
  /// The current place.
  private var place: Location { layers.lazy.reversed().compactMap(\.place).first ?? .marketplace }

  /// Records the current place.
  mutating func noteVisit() { trail.visit(place) }

  mutating func walk(by distance: Int) {
    guard mayLeavePlace() else { return }
    guard let place = trail.step(by: distance) else {
      return state.say(
        .note,
        distance < 0
          ? "There is no place before this one." : "There is no place after this one.")
    }
    go(to: place)
  }

  mutating func goToLastPlace() {
    guard mayLeavePlace() else { return }
    guard let last = trail.last else { return state.say(.note, "There is no place before this one.") }
    go(to: last)
  }

  /// Opens the next extension that failed, is busy or can be updated, from any place.
  mutating func goToNextWithAttention() {
    let names = state.tally.names
    let current = top.extensionName ?? (layers.isEmpty ? marketplace.selected : nil)
    guard !names.isEmpty else { return state.say(.note, "Nothing has failed, is busy or can be updated.") }
    let next = names[current.flatMap { names.firstIndex(of: $0) }.map { ($0 + 1) % names.count } ?? 0]
    if layers.isEmpty { return marketplace.show(next) }
    if mayLeavePlace() { go(to: .extension(next)) }
  }

  /// Whether the current place may be left: not with unsaved input.
  private mutating func mayLeavePlace() -> Bool {
    guard let reason = layers.compactMap({ $0.unsavedWork(state) }).first else { return true }
    state.say(.warning, "\(reason) Save or leave it first.")
    return false
  }

  private mutating func go(to place: Location) {
    layers = []
    shownQuestion = nil
    switch place {
    case .marketplace: break
    case .extension(let name): open(ExtensionScreen(name))
    case .page(let page): open(page.screen(top))
    }
  }
}
