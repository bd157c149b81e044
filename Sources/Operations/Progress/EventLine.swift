package import Client
import Extensions
package import KubernetesAPI
import Manifest

/// One event as a list shows it.
package struct EventLine: Hashable, Sendable, Comparable {
  /// When it was seen last, RFC 3339, or empty.
  package var time: String
  package var isWarning: Bool
  package var reason: String
  package var message: String
  /// `Pod backup-vault-0`.
  package var about: String
  /// How often it was seen.
  package var count: Int

  package init(_ object: Object) {
    let value = object.value
    time =
      value["lastTimestamp"]?.string ?? value["eventTime"]?.string ?? value["firstTimestamp"]?.string
      ?? object.creationTimestamp ?? ""
    isWarning = value["type"]?.string == "Warning"
    reason = value["reason"]?.string ?? ""
    message = value["message"]?.string ?? value["note"]?.string ?? ""
    let target = value["involvedObject"] ?? value["regarding"]
    about = [target?["kind"]?.string, target?["name"]?.string].compactMap { $0 }.joined(separator: " ")
    count = max(1, value["count"]?.integer ?? 1)
  }

  /// `Normal` or `Warning`, as the cluster calls it.
  package var type: String { isWarning ? "Warning" : "Normal" }

  /// Newer comes first.
  package static func < (left: EventLine, right: EventLine) -> Bool {
    (left.time, left.about, left.reason) > (right.time, right.about, right.reason)
  }
}

extension ClusterReader {
  /// The events in the namespace of the extension called `name`, and those about its own objects, newest first.
  package func events(of name: String) async throws(ClusterError) -> [EventLine] {
    let installation = Installations(try await installations().map(Installation.init)).of(name)
    let namespace = installation?.targetNamespace ?? ""
    let own = try await cluster.list(
      .events, namespace: namespace.isEmpty ? Change.usualNamespace(of: name) : namespace)
    // Events about what is in no namespace are kept in this one, which not every user may read.
    let others = await result { () throws(ClusterError) in try await cluster.list(.events, namespace: "default") }
    let about = (try? others.get()) ?? []
    let names: Set = [name, installation?.name ?? name]
    let kinds: Set = [dialect.installations.kind, dialect.extensions.kind]
    let ours = about.filter { event in
      let target = event.value["involvedObject"]
      return kinds.contains(target?["kind"]?.string ?? "") && names.contains(target?["name"]?.string ?? "")
    }
    return (own + ours).map(EventLine.init).sorted()
  }
}
