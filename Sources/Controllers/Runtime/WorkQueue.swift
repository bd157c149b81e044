/// A queue of the names of objects to reconcile, each at most once at a time.
///
/// The rules are those of client-go's queue. A name that is added again while it waits stays in the queue once. One
/// that is added again while a worker has it is processed once more afterwards. One that fails waits longer each time.
/// No name is handed to a worker before all caches are filled.
actor WorkQueue {
  private var waiting = OrderedNames()
  private var busy: Set<String> = []
  private var again: Set<String> = []
  /// When delayed names are due.
  private var delayed: [String: ContinuousClock.Instant] = [:]
  /// How many times in a row an object has failed, on any worker.
  private var failures: [String: Int] = [:]
  private var idleWorkers: [CheckedContinuation<String?, Never>] = []
  private var alarms: [ContinuousClock.Instant: Task<Void, Never>] = [:]
  private var emptyCaches: Set<Int>
  /// Since when names have been waiting.
  private var arrivals: [String: ContinuousClock.Instant] = [:]
  private var isClosed = false

  /// A queue that hands out names once its `caches` caches, numbered from zero, are filled.
  init(caches: Int = 0) { emptyCaches = Set(0..<caches) }

  /// The number of sleeping tasks for delayed names.
  var alarmCount: Int { alarms.count }

  /// The number of names that wait for a worker.
  var depth: Int { arrivals.count }

  /// How long the oldest of them has waited.
  var lag: Duration { arrivals.values.min().map { $0.duration(to: .now) } ?? .zero }

  /// Whether all caches are filled.
  var isSynced: Bool { emptyCaches.isEmpty }

  /// Marks a cache as filled.
  func fill(_ cache: Int) {
    emptyCaches.remove(cache)
    serve()
  }

  /// Hands `name` to the next free worker.
  func add(_ name: String) {
    guard !isClosed else { return }
    if busy.contains(name) {
      again.insert(name)
      return
    }
    waiting.append(name)
    if arrivals[name] == nil { arrivals[name] = .now }
    serve()
  }

  /// Hands `name` to a worker after `delay`, unless that happens earlier.
  func add(_ name: String, after delay: Duration) {
    guard delay > .zero else { return add(name) }
    guard !isClosed else { return }
    let due = ContinuousClock.now + delay
    if let known = delayed[name], known <= due { return }
    delayed[name] = due
    expect(due)
  }

  /// Waits for the next name; `nil` once the queue is closed.
  func next() async -> String? {
    if isClosed { return nil }
    return await withCheckedContinuation { worker in
      idleWorkers.append(worker)
      serve()
    }
  }

  /// Records that `name` was reconciled.
  func done(_ name: String, result: ReconcileResult) {
    failures[name] = nil
    finish(name)
    if case .after(let delay) = result { add(name, after: delay) }
  }

  /// Records that `name` has failed; returns how many times in a row, and the delay of the retry.
  ///
  /// The delay is 50 ms, doubled each time up to a minute.
  func failed(_ name: String) -> (failures: Int, delay: Duration) {
    let count = failures[name, default: 0] + 1
    failures[name] = count
    let delay = min(Duration.milliseconds(50 << min(count - 1, 11)), .seconds(60))
    finish(name)
    add(name, after: delay)
    return (count, delay)
  }

  private func finish(_ name: String) {
    busy.remove(name)
    if again.remove(name) != nil { add(name) }
  }

  /// Resumes all waiting workers with `nil`.
  func close() {
    isClosed = true
    for worker in idleWorkers { worker.resume(returning: nil) }
    for alarm in alarms.values { alarm.cancel() }
    (idleWorkers, waiting, delayed, alarms) = ([], OrderedNames(), [:], [:])
  }

  /// Hands waiting names to idle workers.
  private func serve() {
    while emptyCaches.isEmpty, !idleWorkers.isEmpty, let name = waiting.popFirst() {
      busy.insert(name)
      arrivals[name] = nil
      // The reconciliation that begins now decides when the next one is due.
      delayed[name] = nil
      idleWorkers.removeFirst().resume(returning: name)
    }
  }

  /// Schedules `ring` for `due`, with a task that sleeps at most until then.
  ///
  /// Tasks are not cancelled and replaced, because a cancelled sleep keeps its timer until the end.
  private func expect(_ due: ContinuousClock.Instant) {
    guard !alarms.keys.contains(where: { $0 <= due }) else { return }
    alarms[due] = Task { [weak self] in
      // Only `close` cancels it.
      try? await Task.sleep(until: due, clock: .continuous)
      await self?.ring(due)
    }
  }

  private func ring(_ alarm: ContinuousClock.Instant) {
    alarms[alarm] = nil
    let now = ContinuousClock.now
    for name in delayed.filter({ $0.value <= now }).sorted(by: { $0.value < $1.value }).map(\.key) {
      delayed[name] = nil
      add(name)
    }
    if let next = delayed.values.min() { expect(next) }
  }
}

/// Names in the order in which they were added, each once.
struct OrderedNames: Sendable {
  private var names: [String] = []
  /// Names before this index have been taken; they are removed in batches.
  private var start = 0
  private var members: Set<String> = []

  var isEmpty: Bool { members.isEmpty }

  /// Appends `name`, unless it is present.
  mutating func append(_ name: String) {
    if members.insert(name).inserted { names.append(name) }
  }

  mutating func popFirst() -> String? {
    guard start < names.count else { return nil }
    let name = names[start]
    members.remove(name)
    start += 1
    if start > 64, start > names.count / 2 {
      names.removeFirst(start)
      start = 0
    }
    return name
  }
}
