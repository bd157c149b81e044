import Client
import KubernetesAPI
import Manifest

/// What makes one kind of object so, step by step.
///
/// Level-triggered: it looks at what there is now, never at what has happened, so that a step lost
/// or done twice makes no difference.
protocol Reconciler: Sendable {
  /// Brings the object `name` one step nearer, and says when to look again.
  func reconcile(_ name: String) async throws(ReconcileError) -> NextLook
}

/// When an object is looked at again, if nothing happens to it.
enum NextLook: Hashable, Sendable {
  case whenChanged
  case after(Duration)

  static let atOnce = NextLook.after(.zero)
}

/// Looks at objects when they, or others they depend on, have changed.
///
/// Not before its triggers have told of everything there is: what is decided by a cache that is half full is
/// decided wrong.
struct Controller<Kind: Reconciler>: Sendable {
  /// For messages, such as `installation`.
  var title: String
  var reconciler: Kind
  var triggers: [Trigger]
  /// How many objects are worked on at once; `nil` for as many as there are, where the work is mostly waiting and one
  /// must not delay another.
  var workers: Int? = 1
  var report: @Sendable (String) -> Void = { _ in }
  var metrics = ControllerMetrics()

  /// Runs until the surrounding task is cancelled.
  func run() async {
    let queue = WorkQueue(caches: triggers.count)
    metrics.register(title, queue)
    await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        for (number, trigger) in triggers.enumerated() {
          group.addTask { await trigger.run(Feed(queue: queue, cache: number)) }
        }
        guard let workers else { return await serveAll(queue) }
        for _ in 0..<workers { group.addTask { await serve(queue) } }
      }
    } onCancel: {
      Task { await queue.close() }
    }
  }

  private func serve(_ queue: WorkQueue) async {
    while let name = await queue.next() { await work(on: name, queue) }
  }

  /// Works on each object in a task of its own; the queue gives out none twice at a time.
  private func serveAll(_ queue: WorkQueue) async {
    await withDiscardingTaskGroup { group in
      while let name = await queue.next() { group.addTask { await work(on: name, queue) } }
    }
  }

  private func work(on name: String, _ queue: WorkQueue) async {
    let start = ContinuousClock.now
    do throws(ReconcileError) {
      let look = try await reconciler.reconcile(name)
      metrics.note(title, hasSucceeded: true, start.duration(to: .now))
      await queue.done(name, look: look)
    } catch {
      metrics.note(title, hasSucceeded: false, start.duration(to: .now))
      let (failures, delay) = await queue.failed(name)
      guard !Task.isCancelled, error.isLogged(after: failures) else { return }
      report("\(title) \(name): \(error); again in \(delay)")
    }
  }
}

/// Where a trigger puts the names it finds.
struct Feed: Sendable {
  fileprivate let queue: WorkQueue
  fileprivate let cache: Int

  init(queue: WorkQueue, cache: Int) {
    self.queue = queue
    self.cache = cache
  }

  /// Wants `names` looked at.
  func add(_ names: some Sequence<String>) async {
    for name in names { await queue.add(name) }
  }

  /// Says that everything there is has been told of.
  func fill() async { await queue.fill(cache) }
}

/// A watch that puts names into a queue.
struct Trigger: Sendable {
  let run: @Sendable (Feed) async -> Void

  init(run: @escaping @Sendable (Feed) async -> Void) { self.run = run }

  /// Follows `resource` and wants those looked at that `names` gives for each object.
  init(
    _ resource: Resource, in cluster: Cluster, selector: Selector = Selector(),
    names: @escaping @Sendable (Object) -> [String]
  ) {
    run = { feed in
      var watch = Watch(resource, in: cluster, selector: selector) { Mark($0, names($0)) }
      watch.skipping = Self.bulk
      var known: [String: Mark] = [:]
      await watch.run { event in
        await feed.add(Set(Self.changed(by: event, &known).flatMap(\.targets)))
        switch event {
        // What may not be watched, or is not served, must not keep all else waiting.
        case .replaced, .interrupted(.refused, _): await feed.fill()
        default: break
        }
      }
    }
  }

  /// What wants a look after `event`: as it is now and as it was, for it may have led elsewhere.
  private static func changed(by event: WatchEvent<Mark>, _ known: inout [String: Mark]) -> [Mark] {
    switch event {
    case .replaced(let all):
      // What has vanished meanwhile wants a look as well.
      let changed = all + known.values
      known = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
      return changed
    case .applied(let mark):
      let changed = [mark] + [known[mark.name]].compactMap { $0 }
      known[mark.name] = mark
      return changed
    case .deleted(let mark):
      known[mark.name] = nil
      return [mark]
    case .resumed, .interrupted: return []
    }
  }

  /// Most of the bytes, and never a reason to look.
  private static let bulk = JSONPaths(["spec", "icon"], ["metadata", "managedFields"], ["binaryData"], ["data"])

  private struct Mark: Mirrored {
    var name: String
    var resourceVersion: String
    var targets: [String]

    init(_ object: Object, _ targets: [String]) {
      name = (object.namespace.map { $0 + "/" } ?? "") + object.name
      resourceVersion = object.resourceVersion
      self.targets = targets
    }
  }
}
