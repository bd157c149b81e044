import KubernetesAPI
import Manifest
import Platform

/// Whether a server sends the present objects as initial events of a watch (WatchList, KEP-3157), so that no
/// list request is necessary.
///
/// Shared by all copies of a `Cluster`. A server before 1.27 may ignore the parameter and begin an ordinary
/// watch, which never marks the end of the initial events. So they are requested only from newer servers, and
/// not again from a server that has refused.
package final class InitialEventsSupport: Sendable {
  private let knowledge = Locked<Bool?>(nil)

  /// `nil` until it is known.
  package var isSupported: Bool? { knowledge.withLock { $0 } }

  init() {}

  func note(_ isSupported: Bool) { knowledge.withLock { $0 = isSupported } }

  /// Whether `error`, the response to such a watch, says that the server does not offer it, or not to this user.
  static func isRefused(by error: ClusterError) -> Bool {
    guard case .refused(let status) = error else { return false }
    return [400, 403, 405, 406, 415, 422].contains(status.code)
  }
}

extension Cluster {
  /// Whether watches can begin with the present objects; reads the server's version if this is not known yet.
  ///
  /// A watch calls this before it lists again, but not before its first list: over an open connection a compressed
  /// list arrives sooner. A program that runs for days and wants to spare the server calls it before it starts its
  /// watches.
  @discardableResult
  package func findInitialEventsSupport() async -> Bool {
    if let isSupported = initialEventsSupport.isSupported { return isSupported }
    guard let version = try? await version() else { return false }
    initialEventsSupport.note(version.isAtLeast(major: 1, minor: 27))
    return initialEventsSupport.isSupported ?? false
  }
}

/// Collects the initial events of a watch.
struct InitialEvents<Element> {
  private var elements: [Element?] = []
  private var entries: [String: (index: Int, version: UInt64?)] = [:]

  /// Applies an event; `nil` leaves the object out, or removes it again.
  mutating func apply(_ element: Element?, for object: Object) {
    let key = "\(object.namespace ?? "")/\(object.name)"
    let version = UInt64(object.resourceVersion)
    if let entry = entries[key] {
      // A repeated event must not overwrite a newer state.
      if let known = entry.version, let version, version < known { return }
      entries[key] = (entry.index, version)
      elements[entry.index] = element
    } else {
      entries[key] = (elements.count, version)
      elements.append(element)
    }
  }

  /// The elements in the order of arrival.
  var all: [Element] { elements.compactMap(\.self) }
}
