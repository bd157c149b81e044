import Client
import KubernetesAPI
import Manifest

/// What makes one kind of object so, step by step.
///
/// Level-triggered: it looks at what there is now, never at what has happened, so that a step lost
/// or done twice makes no difference.
protocol Reconciler: Sendable {
  /// Brings the object `name` one step nearer, and says when to look again.
  func reconcile(_ name: String) async throws(ClusterError) -> NextLook
}

/// When an object is looked at again, if nothing happens to it.
enum NextLook: Hashable, Sendable {
  case whenChanged
  case after(Duration)

  static let atOnce = NextLook.after(.zero)
}

/// Looks at objects when they, or others they depend on, have changed.
struct Controller<Work: Reconciler>: Sendable {
  /// For messages, such as `installation`.
  var title: String
  var work: Work
  var triggers: [Trigger]
  var workers = 1
  var report: @Sendable (String) -> Void = { _ in }

  /// Runs until the surrounding task is cancelled.
  func run() async {
    let queue = WorkQueue()
    await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        for trigger in triggers { group.addTask { await trigger.run(queue) } }
        for _ in 0..<workers { group.addTask { await serve(queue) } }
      }
    } onCancel: {
      Task { await queue.close() }
    }
  }

  private func serve(_ queue: WorkQueue) async {
    var failures: [String: Int] = [:]
    while let name = await queue.next() {
      do throws(ClusterError) {
        let look = try await work.reconcile(name)
        failures[name] = nil
        if case .after(let delay) = look { await queue.add(name, after: delay) }
      } catch {
        let count = failures[name, default: 0]
        failures[name] = count + 1
        if !Task.isCancelled { await postpone(name, count, error, queue) }
      }
      await queue.done(name)
    }
  }

  /// 50 ms doubling to a minute; a lost race is nothing to talk about.
  private func postpone(_ name: String, _ failures: Int, _ error: ClusterError, _ queue: WorkQueue) async {
    let delay = min(Duration.milliseconds(50 << min(failures, 11)), .seconds(60))
    if !error.isLostRace || failures > 5 { report("\(title) \(name): \(error.short); again in \(delay)") }
    await queue.add(name, after: delay)
  }
}

/// A watch that puts names into a queue.
struct Trigger: Sendable {
  let run: @Sendable (WorkQueue) async -> Void

  init(run: @escaping @Sendable (WorkQueue) async -> Void) { self.run = run }

  /// Follows `resource` and wants those looked at that `names` gives for each object.
  init(
    _ resource: Resource, in cluster: Cluster, selector: Selector = Selector(),
    names: @escaping @Sendable (Object) -> [String]
  ) {
    run = { queue in
      var watch = Watch(resource, in: cluster, selector: selector) { Mark($0, names($0)) }
      watch.skipping = Self.bulk
      var known: [String: Mark] = [:]
      await watch.run { event in
        let changed: [Mark]
        switch event {
        case .replaced(let all):
          // What has vanished meanwhile wants a look as well.
          changed = all + known.values
          known = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        case .applied(let mark):
          changed = [mark] + [known[mark.name]].compactMap { $0 }
          known[mark.name] = mark
        case .deleted(let mark):
          changed = [mark]
          known[mark.name] = nil
        case .resumed, .interrupted: changed = []
        }
        for name in Set(changed.flatMap(\.targets)) { await queue.add(name) }
      }
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
