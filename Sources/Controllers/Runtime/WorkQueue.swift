/// Names of objects to reconcile, each at most once at a time.
///
/// The rules are those of client-go's queue: a name that comes again while it waits is one piece of
/// work; one that comes again while it is being worked on is worked on once more afterwards; one whose
/// work fails waits longer each time. No name is handed to a worker before every cache is full.
actor WorkQueue {
  private var waiting = OrderedNames()
  private var busy: Set<String> = []
  private var again: Set<String> = []
  /// When delayed names are due.
  private var delayed: [String: ContinuousClock.Instant] = [:]
  /// How often in a row the work on an object has failed, on any worker.
  private var failures: [String: Int] = [:]
  private var idleWorkers: [CheckedContinuation<String?, Never>] = []
  private var alarms: [ContinuousClock.Instant: Task<Void, Never>] = [:]
  private var emptyCaches: Set<Int>
  /// Since when names wait.
  private var arrivals: [String: ContinuousClock.Instant] = [:]
  private var isClosed = false

  /// A queue whose names are given out once `caches` of them, numbered from zero, are full.
  init(caches: Int = 0) { emptyCaches = Set(0..<caches) }

  /// How many sleeping tasks there are, for delayed names.
  var alarmCount: Int { alarms.count }

  /// How many names wait for a worker.
  var depth: Int { arrivals.count }

  /// How long the oldest of them has waited.
  var lag: Duration { arrivals.values.min().map { $0.duration(to: .now) } ?? .zero }

  /// Whether every cache holds everything there is.
  var isSynced: Bool { emptyCaches.isEmpty }

  /// Notes that a cache holds everything there is.
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

  /// Hands `name` to a worker after `delay`, unless one gets it earlier.
  func add(_ name: String, after delay: Duration) {
    guard delay > .zero else { return add(name) }
    guard !isClosed else { return }
    let due = ContinuousClock.now + delay
    if let known = delayed[name], known <= due { return }
    delayed[name] = due
    expect(due)
  }

  /// The next name, when there is one; `nil` once the queue is closed.
  func next() async -> String? {
    if isClosed { return nil }
    return await withCheckedContinuation { worker in
      idleWorkers.append(worker)
      serve()
    }
  }

  /// Notes that the work on `name` succeeded.
  func done(_ name: String, look: NextLook) {
    failures[name] = nil
    finish(name)
    if case .after(let delay) = look { add(name, after: delay) }
  }

  /// Notes that the work on `name` failed; returns how often in a row, and how long until the retry.
  ///
  /// 50 ms, doubling to a minute.
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

  /// Gives names to workers as long as there are both.
  private func serve() {
    while emptyCaches.isEmpty, !idleWorkers.isEmpty, let name = waiting.popFirst() {
      busy.insert(name)
      arrivals[name] = nil
      // The worker that looks at it now decides anew when to look again.
      delayed[name] = nil
      idleWorkers.removeFirst().resume(returning: name)
    }
  }

  /// Schedules `ring` for `due`, by a task that sleeps until then or earlier.
  ///
  /// None is ever cancelled and replaced: a cancelled sleep keeps its timer until its time has come.
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

/// Names in the order in which they came, each once.
struct OrderedNames: Sendable {
  private var names: [String] = []
  /// Those before this index have been taken; they are dropped in batches.
  private var start = 0
  private var members: Set<String> = []

  var isEmpty: Bool { members.isEmpty }

  /// Adds `name` at the end, unless it is there.
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
