import Client
import KubernetesAPI
import Manifest

/// Brings one kind of object to its desired state, step by step.
///
/// Level-triggered: it considers the current state and not the events, so that a lost or repeated step makes no
/// difference.
protocol Reconciler: Sendable {
  /// Brings the object `name` one step closer to its desired state, and returns when to reconcile it again.
  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult
}

/// When an object is reconciled again if it does not change.
enum ReconcileResult: Hashable, Sendable {
  case whenChanged
  case after(Duration)

  static let atOnce = ReconcileResult.after(.zero)
}

/// Reconciles objects when they or their dependencies have changed.
///
/// Starts only when the caches of all triggers are filled, because decisions that are based on incomplete caches are
/// wrong.
struct Controller<Kind: Reconciler>: Sendable {
  /// The kind of object in messages, such as `installation`.
  var title: String
  var reconciler: Kind
  var triggers: [Trigger]
  /// How many objects are reconciled concurrently; `nil` for no limit, if most of the time is spent waiting and no
  /// object must delay another.
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

  /// Reconciles each object in its own task; the queue never hands out a name twice at the same time.
  private func serveAll(_ queue: WorkQueue) async {
    await withDiscardingTaskGroup { group in
      while let name = await queue.next() { group.addTask { await work(on: name, queue) } }
    }
  }

  private func work(on name: String, _ queue: WorkQueue) async {
    let start = ContinuousClock.now
    do throws(ReconcileError) {
      let result = try await reconciler.reconcile(name)
      metrics.note(title, hasSucceeded: true, start.duration(to: .now))
      await queue.done(name, result: result)
    } catch {
      metrics.note(title, hasSucceeded: false, start.duration(to: .now))
      let (failures, delay) = await queue.failed(name)
      guard !Task.isCancelled, error.isLogged(after: failures) else { return }
      report("\(title) \(name): \(error); again in \(delay)")
    }
  }
}

/// Where a trigger adds names to the queue.
struct Feed: Sendable {
  fileprivate let queue: WorkQueue
  fileprivate let cache: Int

  init(queue: WorkQueue, cache: Int) {
    self.queue = queue
    self.cache = cache
  }

  /// Adds `names` to the queue.
  func add(_ names: some Sequence<String>) async {
    for name in names { await queue.add(name) }
  }

  /// Marks the trigger's cache as filled: all existing objects have been listed.
  func fill() async { await queue.fill(cache) }
}

/// A watch that adds names to the queue.
struct Trigger: Sendable {
  let run: @Sendable (Feed) async -> Void

  init(run: @escaping @Sendable (Feed) async -> Void) { self.run = run }

  /// Watches `resource`, and adds the names that `names` returns for each changed object.
  init(
    _ resource: Resource, in cluster: Cluster, selector: Selector = Selector(),
    names: @escaping @Sendable (Object) -> [String]
  ) {
    run = { feed in
      var watch = Watch(resource, in: cluster, selector: selector) { Watched($0, names($0)) }
      watch.skipping = Self.bulk
      var known: [String: Watched] = [:]
      await watch.run { event in
        await feed.add(Set(Self.changed(by: event, &known).flatMap(\.targets)))
        switch event {
        // A resource that may not be watched or is not served must not block the controller.
        case .replaced, .interrupted(.refused, _): await feed.fill()
        default: break
        }
      }
    }
  }

  /// The objects that `event` concerns, including their former versions, whose targets may have been others.
  private static func changed(by event: WatchEvent<Watched>, _ known: inout [String: Watched]) -> [Watched] {
    switch event {
    case .replaced(let all):
      // Includes objects that were deleted in the meantime.
      let changed = all + known.values
      known = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
      return changed
    case .applied(let object):
      let changed = [object] + [known[object.name]].compactMap { $0 }
      known[object.name] = object
      return changed
    case .deleted(let object):
      known[object.name] = nil
      return [object]
    case .resumed, .interrupted: return []
    }
  }

  /// Large fields that are never a reason to reconcile.
  private static let bulk = JSONPaths(["spec", "icon"], ["metadata", "managedFields"], ["binaryData"], ["data"])

  /// What a trigger stores of an object: the names that are reconciled when it changes.
  private struct Watched: StoreElement {
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
