package import Extensions
import HTTP
package import KubernetesAPI
import Manifest
import Packages
import Platform

/// How one repository stands: where it is, when it was read last, and what came of that.
package struct RepositoryReport: Hashable, Sendable {
  /// Something that the controllers said of it.
  package struct Event: Hashable, Sendable {
    /// RFC 3339, or empty.
    package var time: String
    /// `Normal` or `Warning`.
    package var type: String
    /// `Synced`, `SyncFailed`.
    package var reason: String
    package var message: String
    /// How many times it was said.
    package var count: Int
  }

  package let name: String
  /// Its address without a password, or its image.
  package let address: String
  package let title: String
  /// RFC 3339, or empty where the cluster does not say.
  package let lastSync: String
  /// How often it is read, as its spec says, or empty.
  package let interval: String
  package let isBeingDeleted: Bool
  /// Oldest first.
  package let events: [Event]
  /// How many extensions come from it.
  package let extensions: Int

  package init(_ object: Object, events all: [Object], extensions: [Object], _ dialect: Dialect) {
    let spec = object.spec
    name = object.name
    let url = Chart.text(spec["url"])
    address = url.isEmpty ? Chart.text(spec["image"]) : Redaction.withoutUserInfo(url)
    title = Localized(spec["displayName"]).text(in: "en")
    lastSync = object.status["lastSyncTime"]?.string ?? object.annotations[Self.syncAnnotation] ?? ""
    interval = Chart.text(spec[path: "updateStrategy", "registryPoll", "interval"])
    isBeingDeleted = object.isBeingDeleted
    events = all.filter { Self.isAbout($0, object) }.map { Event($0) }.sorted { $0.time < $1.time }
    self.extensions = extensions.count { $0.labels[dialect.repositoryLabel] == object.name }
  }

  /// Where ksxd notes its last sync in the first design, whose repositories have no field for it.
  static let syncAnnotation = "ksx.dev/last-sync-time"

  private static func isAbout(_ event: Object, _ object: Object) -> Bool {
    let about = event.value["involvedObject"]
    return about?["kind"]?.string == "Repository" && about?["name"]?.string == object.name
  }

  /// `Synced`, `SyncFailed`, `Deleting`, or that it was not read yet.
  package var state: String {
    if isBeingDeleted { return "Deleting" }
    if let reason = events.last?.reason { return reason }
    return lastSync.isEmpty ? "NotRead" : "Synced"
  }

  /// Why the last sync failed, or empty.
  package var problem: String { state == "SyncFailed" ? events.last?.message ?? "" : "" }
}

extension RepositoryReport.Event {
  fileprivate init(_ object: Object) {
    let value = object.value
    time = value["lastTimestamp"]?.string ?? value["eventTime"]?.string ?? object.creationTimestamp ?? ""
    type = Chart.text(value["type"])
    reason = Chart.text(value["reason"])
    message = Chart.text(value["message"])
    count = value["count"]?.integer ?? 1
  }
}
