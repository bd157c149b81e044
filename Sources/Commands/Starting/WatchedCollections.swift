import Client
import Extensions
import KubernetesAPI
import Manifest

/// The objects of one resource that a command watches.
struct WatchedCollection: Sendable {
  let resource: Resource
  let namespace: String?
  let selector: Selector
  let skipping: JSONPaths

  init(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), named name: String? = nil,
    skipping: JSONPaths = JSONPaths()
  ) {
    self.resource = resource
    self.namespace = namespace
    self.selector = name.map { Selector(fields: "metadata.name=\($0)") } ?? selector
    self.skipping = skipping
  }
}

/// A change that the watches of several collections report.
enum ObjectNews: Sendable {
  /// All objects of all collections; reported once.
  case initial([Object])
  case changed(Object)
  case gone(Object)
  /// The connection was lost, and is retried.
  case interrupted(ClusterError)
}

/// The known objects of several watched collections; when a collection is listed again, only differences are reported.
struct WatchedObjects {
  private var known: [[String: Object]?]
  private var isInitial = true

  init(count: Int) { known = Array(repeating: nil, count: count) }

  /// Returns what an event of the collection at `index` changes.
  mutating func take(_ event: WatchEvent<Object>, of index: Int) -> [ObjectNews] {
    switch event {
    case .interrupted(let error, _): return [.interrupted(error)]
    case .resumed: return []
    case .applied(let object):
      known[index]?[Self.key(object)] = Self.trace(object)
      return isInitial ? [] : [.changed(object)]
    case .deleted(let object):
      known[index]?[Self.key(object)] = nil
      return isInitial ? [] : [.gone(object)]
    case .replaced(let all): return replace(all, at: index)
    }
  }

  private mutating func replace(_ all: [Object], at index: Int) -> [ObjectNews] {
    let former = known[index]
    known[index] = Dictionary(all.map { (Self.key($0), isInitial ? $0 : Self.trace($0)) }, uniquingKeysWith: { $1 })
    if isInitial {
      guard known.allSatisfy({ $0 != nil }) else { return [] }
      isInitial = false
      let everything = known.flatMap { ($0 ?? [:]).values.sorted { $0.name < $1.name } }
      known = known.map { $0?.mapValues(Self.trace) }
      return [.initial(everything)]
    }
    let changed = all.filter { former?[Self.key($0)]?.resourceVersion != $0.resourceVersion }
    let gone = (former ?? [:]).filter { known[index]?[$0.key] == nil }.map(\.value).sorted { $0.name < $1.name }
    return changed.map(ObjectNews.changed) + gone.map(ObjectNews.gone)
  }

  private static func key(_ object: Object) -> String { "\(object.namespace ?? "")/\(object.name)" }

  /// The part of an object that shows whether it has changed, and to which extension it belongs.
  private static func trace(_ object: Object) -> Object {
    var metadata: Mapping = ["name": .string(object.name), "resourceVersion": .string(object.resourceVersion)]
    if let namespace = object.namespace { metadata["namespace"] = .string(namespace) }
    let spec: Value? = object.spec["extension"]?["name"].map { ["extension": ["name": $0]] }
    return Object([
      "apiVersion": .string(object.apiVersion), "kind": .string(object.kind), "metadata": .mapping(metadata),
      "spec": spec ?? [:],
    ])
  }
}

extension CommandSession {
  /// Watches `collections` without end; lost connections are retried.
  func objects(_ collections: [WatchedCollection]) -> AsyncStream<ObjectNews> {
    let cluster = cluster
    return AsyncStream { stream in
      let task = Task {
        let (events, feed) = AsyncStream.makeStream(of: (Int, WatchEvent<Object>).self)
        await withTaskGroup(of: Void.self) { group in
          for (index, collection) in collections.enumerated() {
            let watch = Watch(
              collection.resource, in: cluster, namespace: collection.namespace, selector: collection.selector,
              skipping: collection.skipping, decode: { $0 })
            group.addTask { await watch.run { feed.yield((index, $0)) } }
          }
          var state = WatchedObjects(count: collections.count)
          for await (index, event) in events {
            for news in state.take(event, of: index) { stream.yield(news) }
          }
          group.cancelAll()
        }
      }
      stream.onTermination = { _ in task.cancel() }
    }
  }

  /// Prints a note that the connection was lost.
  func tell(_ error: ClusterError) { outlet.note(CommandError(error, "watching", at: server).sentence) }
}
