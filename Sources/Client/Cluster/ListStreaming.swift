import KubernetesAPI
import Manifest
import Platform

/// Whether a server sends what there is at the beginning of a watch (WatchList, KEP-3157), so that nothing
/// need be listed.
///
/// Known once for all copies of a `Cluster`. A server before 1.27 may pass over the question and answer an
/// ordinary watch, which never says that everything is there; so only a newer one is asked, and one that
/// refuses is not asked again.
package final class ListStreaming: Sendable {
  private let knowledge = Locked<Bool?>(nil)

  /// `nil` until the server was asked.
  package var isOffered: Bool? { knowledge.withLock { $0 } }

  init() {}

  func note(_ isOffered: Bool) { knowledge.withLock { $0 = isOffered } }

  /// Whether `error`, which answered such a question, says that there is no such thing, or not for this user.
  static func isRefused(by error: ClusterError) -> Bool {
    guard case .refused(let status) = error else { return false }
    return [400, 403, 405, 406, 415, 422].contains(status.code)
  }
}

extension Cluster {
  /// Whether watches begin with what there is; asks the server's version when that is not known yet.
  ///
  /// A watch that has to list again does so by itself, and one that lists for the first time does not wait for
  /// it: over a warm connection a compressed list is there sooner. What runs for days, and would rather
  /// spare the server, asks before it starts its watches.
  @discardableResult
  package func findListStreaming() async -> Bool {
    if let isOffered = listStreaming.isOffered { return isOffered }
    guard let version = try? await version() else { return false }
    listStreaming.note(version.isAtLeast(major: 1, minor: 27))
    return listStreaming.isOffered ?? false
  }
}

/// What there is, as it comes in at the beginning of a watch.
struct InitialEvents<Element> {
  private var elements: [Element?] = []
  private var places: [String: (index: Int, version: UInt64?)] = [:]

  /// Applies an event; one without an element leaves the object out, or takes it out again.
  mutating func apply(_ element: Element?, for object: Object) {
    let key = "\(object.namespace ?? "")/\(object.name)"
    let version = UInt64(object.resourceVersion)
    if let place = places[key] {
      // What was said already and comes again must not undo what came after it.
      if let known = place.version, let version, version < known { return }
      places[key] = (place.index, version)
      elements[place.index] = element
    } else {
      places[key] = (elements.count, version)
      elements.append(element)
    }
  }

  /// In the order of their coming.
  var all: [Element] { elements.compactMap(\.self) }
}
