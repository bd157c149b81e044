/// Names of objects that want attention, each at most once at a time.
///
/// The rules are those of client-go's queue: a name that comes again while it waits is one piece of
/// work; one that comes again while it is being worked on is worked on once more afterwards.
actor WorkQueue {
  private var waiting: [String] = []
  private var busy: Set<String> = []
  private var again: Set<String> = []
  private var delayed: [String: Delayed] = [:]
  private var takers: [CheckedContinuation<String?, Never>] = []
  private var isClosed = false

  private struct Delayed {
    var due: ContinuousClock.Instant
    var task: Task<Void, Never>
  }

  /// Wants `name` looked at as soon as somebody is free.
  func add(_ name: String) {
    guard !isClosed else { return }
    if busy.contains(name) {
      again.insert(name)
      return
    }
    guard !waiting.contains(name) else { return }
    if takers.isEmpty {
      waiting.append(name)
    } else {
      takers.removeFirst().resume(returning: begin(name))
    }
  }

  /// Wants `name` looked at after `delay`, unless it is looked at before.
  func add(_ name: String, after delay: Duration) {
    guard delay > .zero else { return add(name) }
    let due = ContinuousClock.now + delay
    if let known = delayed[name], known.due <= due { return }
    delayed[name]?.task.cancel()
    let task = Task {
      // Woken early means that it is not wanted any more.
      if (try? await Task.sleep(for: delay)) != nil { self.ripen(name, due) }
    }
    delayed[name] = Delayed(due: due, task: task)
  }

  /// The next name, when there is one; `nil` once the queue is closed.
  func next() async -> String? {
    if isClosed { return nil }
    if !waiting.isEmpty { return begin(waiting.removeFirst()) }
    return await withCheckedContinuation { takers.append($0) }
  }

  /// Says that the work on `name` is over for now.
  func done(_ name: String) {
    busy.remove(name)
    if again.remove(name) != nil { add(name) }
  }

  /// Lets everybody who waits go home.
  func close() {
    isClosed = true
    for taker in takers { taker.resume(returning: nil) }
    for entry in delayed.values { entry.task.cancel() }
    (takers, waiting, delayed) = ([], [], [:])
  }

  private func ripen(_ name: String, _ due: ContinuousClock.Instant) {
    guard delayed[name]?.due == due else { return }
    delayed[name] = nil
    add(name)
  }

  /// Whoever looks at it now decides anew when to look again.
  private func begin(_ name: String) -> String {
    busy.insert(name)
    delayed.removeValue(forKey: name)?.task.cancel()
    return name
  }
}
