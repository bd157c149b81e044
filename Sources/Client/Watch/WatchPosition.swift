import KubernetesAPI
import Manifest
import Platform

/// The progress of a watch, and what an error means for it.
struct WatchPosition: Hashable {
  private(set) var isListing = true
  /// Whether a list has completed.
  var hasListed: Bool { !version.isEmpty }
  /// The resourceVersion up to which everything has been reported.
  private(set) var version = ""
  /// The resourceVersion of the next list: at first `0`, any state in the server's cache; empty for the newest.
  private(set) var listVersion = "0"
  /// True from a reported interruption until the watch works again.
  var isInterrupted = false
  /// True from the expiry of a version until the next event or the regular end of a watch.
  private var isRelisting = false

  mutating func completeList(_ version: String) {
    self.version = version
    isListing = false
    isInterrupted = false
  }

  mutating func advance(_ version: String) {
    if !version.isEmpty { self.version = version }
    isRelisting = false
  }

  /// Whether `version` is older than the version reported last.
  ///
  /// Versions of one resource are increasing numbers (Kubernetes' KEP-5504); others cannot be compared.
  func hasReported(_ version: String) -> Bool {
    guard let seen = UInt64(self.version), let given = UInt64(version) else { return false }
    return given < seen
  }

  /// Whether `error` says that the version cannot be served, so that the caller lists again at once.
  ///
  /// If a relist ends with the same error, this is false, so that the caller backs off instead of looping.
  mutating func relists(after error: ClusterError) -> Bool {
    guard case .refused(let status) = error else { return false }
    if isListing, status.isExpired || Self.isTooNew(status), !listVersion.isEmpty {
      // The server's cache has no state that is new enough: request the newest from storage.
      listVersion = ""
      return true
    }
    guard status.isExpired else { return false }
    // Not older than what was reported, so that no object returns to an older state.
    listVersion = version
    isListing = true
    if isRelisting { return false }
    isRelisting = true
    return true
  }

  /// `TooLargeResourceVersion` (504): the server's cache is behind a version that was seen elsewhere.
  private static func isTooNew(_ status: Status) -> Bool {
    status.code == 504
      && (status.message.containsText("Too large resource version")
        || status.details.causes.contains { $0.message.containsText("Too large resource version") })
  }
}

/// One line of a watch.
struct WatchLine {
  enum Kind { case applied, deleted, bookmark }

  var kind: Kind
  var object: Object

  /// Whether this is the bookmark at the end of the initial events.
  var endsInitialEvents: Bool {
    kind == .bookmark && object.value[path: "metadata", "annotations", "k8s.io/initial-events-end"] == "true"
  }

  /// Throws `.refused` for an event of the type `ERROR`.
  init(_ line: [UInt8], skipping: JSONPaths = JSONPaths()) throws(ClusterError) {
    let value: Value
    do {
      value = try JSON.parse(line, skipping: skipping.under("object"))
    } catch {
      throw .unreadable("an event that is not JSON: \(error.sentence)")
    }
    guard let object = value["object"], object.mapping != nil else { throw .unreadable("an event without an object") }
    switch value["type"]?.string {
    case "ADDED", "MODIFIED": kind = .applied
    case "DELETED": kind = .deleted
    case "BOOKMARK": kind = .bookmark
    case "ERROR": throw .refused(Status(object))
    case let other: throw .unreadable("an event of the unknown type \(Excerpt.shortened(other ?? "", to: 40))")
    }
    self.object = Object(object)
  }
}
