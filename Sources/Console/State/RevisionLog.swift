/// Records which elements of a collection changed, by revision, for any number of readers.
///
/// Each reader stores the last revision that it has seen and asks for the changes since then. The log is short: a
/// reader that is too far behind must read everything.
struct RevisionLog: Hashable, Sendable {
  /// The changes since a revision.
  enum Changes: Hashable, Sendable {
    case none
    /// The elements with these names changed or disappeared.
    case some(Set<String>)
    case everything
  }

  /// Increases with every change.
  private(set) var revision = 0
  /// The name that changed in each of the latest revisions, newest last.
  private var names: [String] = []

  /// The least number of recent changes that are recorded individually, once there are so many.
  static let capacity = 2048

  /// Records that the element called `name` was added, changed or removed.
  mutating func note(_ name: String) {
    revision += 1
    names.append(name)
    if names.count >= 2 * Self.capacity { names.removeFirst(names.count - Self.capacity) }
  }

  /// Records that everything may have changed.
  mutating func noteEverything() {
    revision += 1
    names = []
  }

  /// The changes that a reader that has seen revision `seen` must read; everything if `seen` is `nil`.
  func changes(since seen: Int?) -> Changes {
    guard let seen, seen >= revision - names.count, seen <= revision else { return .everything }
    return seen == revision ? .none : .some(Set(names.suffix(revision - seen)))
  }
}
