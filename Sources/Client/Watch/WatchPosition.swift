import KubernetesAPI
import Manifest
import Platform

/// How far a watch has come, and what follows from an error there.
struct WatchPosition: Hashable {
  private(set) var isListing = true
  /// Whether there was a list before.
  var hasListed: Bool { !version.isEmpty }
  /// The version up to which everything has been reported.
  private(set) var version = ""
  /// The version a list is asked for: any at first, which the server has at hand.
  private(set) var listVersion = "0"
  /// True after an interruption was reported, until the stream is well again.
  var isInterrupted = false
  /// True while nothing has gone well since a version was forgotten.
  private var isRelisting = false

  mutating func listed(_ version: String) {
    self.version = version
    isListing = false
    isInterrupted = false
  }

  mutating func passed(_ version: String) {
    if !version.isEmpty { self.version = version }
    isRelisting = false
  }

  /// Whether `version` is older than what has been reported.
  ///
  /// Versions of one resource are numbers that grow (Kubernetes' KEP-5504); others cannot be compared.
  func isBeyond(_ version: String) -> Bool {
    guard let seen = UInt64(self.version), let given = UInt64(version) else { return false }
    return given < seen
  }

  /// True when `error` says that a version is forgotten, and listing again is all there is to do.
  ///
  /// When that is the answer to a relist as well, the caller waits first, or the two would chase
  /// each other.
  mutating func relists(after error: ClusterError) -> Bool {
    guard case .refused(let status) = error else { return false }
    if isListing, status.isExpired || Self.isTooNew(status), !listVersion.isEmpty {
      // The server cannot serve from its cache what is new enough: ask for the newest there is.
      listVersion = ""
      return true
    }
    guard status.isExpired else { return false }
    // Not older than what was seen, so that nothing seems to go back in time.
    listVersion = version
    isListing = true
    if isRelisting { return false }
    isRelisting = true
    return true
  }

  /// `TooLargeResourceVersion` (504): the server's cache is behind what we have seen elsewhere.
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

  /// Whether this is the bookmark after everything there is.
  var endsInitialEvents: Bool {
    kind == .bookmark && object.value[path: "metadata", "annotations", "k8s.io/initial-events-end"] == "true"
  }

  /// Throws `.refused` for a line that carries the API's "no".
  init(_ line: [UInt8], skipping: JSONPaths = JSONPaths()) throws(ClusterError) {
    let value: Value
    do {
      value = try JSON.parse(line, skipping: skipping.under("object"))
    } catch {
      throw .unreadable("an event that is not JSON: \(error)")
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
