/// Which elements of a collection changed, by revision, for any number of readers.
///
/// Each reader keeps the revision that it has seen and asks what came after. A log is short: a reader that is
/// further behind than it reaches is told to read everything.
struct RevisionLog: Hashable, Sendable {
  /// What is different since a revision.
  enum Changes: Hashable, Sendable {
    case none
    /// The elements of these names, which may be gone.
    case some(Set<String>)
    case everything
  }

  /// Another number after every change.
  private(set) var revision = 0
  /// The name that changed with each of the latest revisions, the newest last.
  private var names: [String] = []

  /// So many of the latest changes are known one by one, at least.
  static let capacity = 2048

  /// The element called `name` appeared, changed or went.
  mutating func note(_ name: String) {
    revision += 1
    names.append(name)
    if names.count >= 2 * Self.capacity { names.removeFirst(names.count - Self.capacity) }
  }

  /// Nothing is as it was.
  mutating func noteEverything() {
    revision += 1
    names = []
  }

  /// What a reader that has seen `seen` must read; one that has seen nothing yet must read everything.
  func changes(since seen: Int?) -> Changes {
    guard let seen, seen >= revision - names.count, seen <= revision else { return .everything }
    return seen == revision ? .none : .some(Set(names.suffix(revision - seen)))
  }
}
