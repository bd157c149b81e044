package import Client
import Extensions
package import KubernetesAPI
import Manifest
import Platform

/// What an Event says, for lists and pages.
package struct EventLine: Hashable, Sendable, Comparable {
  package var name: String
  /// When it was last seen, RFC 3339, or empty.
  package var time: String
  package var isWarning: Bool
  package var reason: String
  package var message: String
  /// The kind of the object that it is about.
  package var kind: String
  /// The name of the object that it is about.
  package var subject: String
  /// How many times it was seen.
  package var count: Int

  package init(_ object: Object) {
    let value = object.value
    name = object.name
    let series = value["series"]
    let times = [value["lastTimestamp"], series?["lastObservedTime"], value["eventTime"], value["firstTimestamp"]]
    time = times.lazy.compactMap { $0?.string }.first ?? object.creationTimestamp ?? ""
    isWarning = value["type"]?.string == "Warning"
    reason = value["reason"]?.string ?? ""
    message = CredentialText.removed(from: value["message"]?.string ?? value["note"]?.string ?? "")
    (kind, subject) = Self.subject(of: object)
    count = max(1, series?["count"]?.integer ?? value["count"]?.integer ?? 1)
  }

  /// The object that an event is about; the field's name is different in `v1` and `events.k8s.io/v1`.
  static func subject(of event: Object) -> (kind: String, name: String) {
    let about = event.value["involvedObject"] ?? event.value["regarding"]
    return (about?["kind"]?.string ?? "", about?["name"]?.string ?? "")
  }

  /// `Normal` or `Warning`, as the cluster calls it.
  package var type: String { isWarning ? "Warning" : "Normal" }

  /// `Pod backup-vault-0`.
  package var about: String { [kind, subject].filter { !$0.isEmpty }.joined(separator: " ") }

  /// Newer events sort first.
  package static func < (left: EventLine, right: EventLine) -> Bool {
    (left.time, left.about, left.reason, left.name) > (right.time, right.about, right.reason, right.name)
  }
}

extension ClusterReader {
  /// Reads the events in the namespace of the extension `name`, and those about its own objects, newest first.
  package func events(of name: String) async throws(ClusterError) -> [EventLine] {
    let installation = Installations(try await installations().map(Installation.init)).of(name)
    let related = RelatedEvents(name, installation)
    var events: [Object] = []
    for namespace in related.namespaces {
      let found = await result { () throws(ClusterError) in try await cluster.list(.events, namespace: namespace) }
      // Not every user may read events in the shared namespace `default`.
      events += namespace == related.namespace ? try found.get() : (try? found.get()) ?? []
    }
    return events.filter(related.include).map(EventLine.init).sorted()
  }
}
