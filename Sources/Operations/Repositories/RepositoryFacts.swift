package import Client
package import Extensions
import HTTP
package import KubernetesAPI
import Manifest
import Packages
import Platform

/// A repository as every list shows it: its address, the last sync and its result, and what it offers.
package struct RepositoryFacts: Hashable, Sendable, Identifiable {
  package var name: String
  /// Its title in English, or its description, or empty.
  package var title: String
  package var publisher: String
  /// The URL, or the image in Subscription dialects.
  package var address: String
  package var interval: String
  /// How long a sync may take, or empty.
  var timeout: String
  package var isInsecure: Bool
  /// The user of its basic authentication, or empty.
  package var user: String
  /// When the last sync was, RFC 3339, or empty.
  package var lastSync: String
  /// The extensions that belong to it.
  package var extensions: [String]
  /// How many ExtensionVersions are from it.
  package var versions: Int
  /// Why the last sync failed, or empty.
  package var problem: String
  package var isBeingDeleted: Bool
  /// The result of the last sync as `ksxd` reports it, in one word; empty if the controllers keep no conditions.
  private var outcome = ""
  /// Changes with every write of the object.
  package var resourceVersion: String
  /// The fingerprint of its spec.
  package var specMark: String
  /// The events about it, newest first.
  package var events: [EventLine]

  package var id: String { name }

  /// When the next sync is due, in seconds since 1970; `nil` if that is not known.
  package var nextSync: Int? {
    let asked = DurationText.seconds(interval, units: DurationText.goUnits) ?? 0
    return Timestamp.seconds(lastSync).map { $0 + max(Self.leastInterval, asked) }
  }

  /// In seconds: the controllers never sync more often (docs/KUBESPHERE.md: Repositories).
  private static let leastInterval = 15 * 60

  /// The reason of an event, or of a condition, about a failed sync.
  private static let failure = "SyncFailed"

  /// The annotation in which ksxd records the last sync of repositories of Subscription dialects, whose status lacks a
  /// field for it.
  static let syncAnnotation = "ksx.dev/last-sync-time"

  /// Reads `object`, with the extensions and versions that are from it and the events about it.
  package init(
    _ object: Object, extensions: [Extension], versions: [ExtensionVersion], events: [Object], dialect: Dialect
  ) {
    let spec = object.spec
    name = object.name
    let display = Localized(spec["displayName"]).text(in: "en")
    title = display.isEmpty ? Chart.text(spec["description"]) : display
    publisher = Chart.text(spec["publisher"])
    let url = Chart.text(spec["url"])
    address = url.isEmpty ? Chart.text(spec["image"]) : Redaction.withoutUserInfo(url)
    interval = Chart.text(spec[path: "updateStrategy", "registryPoll", "interval"])
    timeout = Chart.text(spec[path: "updateStrategy", "timeout"])
    isInsecure = spec["insecure"]?.bool ?? false
    user = Chart.text(spec[path: "basicAuth", "username"])
    lastSync = Self.lastSync(of: object)
    let own = object.name
    self.extensions = extensions.filter { $0.repository == own }.map(\.name).sorted()
    self.versions = versions.count { $0.repository == own }
    isBeingDeleted = object.isBeingDeleted
    resourceVersion = object.resourceVersion
    specMark = RemedyRequest.mark(of: object.spec)
    let about = events.filter { event in
      let target = event.value["involvedObject"]
      return target?["kind"]?.string == dialect.repositories.kind && target?["name"]?.string == own
    }
    self.events = about.map(EventLine.init).sorted()
    problem = ""
    readOutcome(of: object)
  }

  /// How the last sync ended: a condition says it, or else the newest event.
  private mutating func readOutcome(of object: Object) {
    if let condition = Self.condition(of: object) {
      outcome = condition["reason"]?.string ?? ""
      if outcome == Self.failure { problem = CredentialText.removed(from: condition["message"]?.string ?? "") }
      return
    }
    if let newest = events.first, newest.reason == Self.failure { problem = newest.message }
  }

  /// The condition in which `ksxd` reports the last sync.
  ///
  /// It is in the status or, because the CRD of shipped KubeSphere has no conditions, in an annotation
  /// (docs/KUBESPHERE.md: Repositories).
  private static func condition(of object: Object) -> Value? {
    let noted = object.annotations["ksx.dev/conditions"].flatMap { try? JSON.parse(Array($0.utf8)) }
    let conditions = (noted ?? object.status["conditions"])?.sequence ?? []
    return conditions.first { $0["type"]?.string == "Synced" }
  }

  /// When the last sync of `object` was, or empty.
  static func lastSync(of object: Object) -> String {
    object.status["lastSyncTime"]?.string ?? object.annotations[syncAnnotation] ?? ""
  }

  /// `Synced`, `PartiallySynced`, `SyncFailed`, `Deleting`, or `NotRead` before the first sync.
  package var state: String {
    if isBeingDeleted { return "Deleting" }
    if !outcome.isEmpty { return outcome }
    if let newest = events.first { return newest.reason }
    return lastSync.isEmpty ? "NotRead" : "Synced"
  }

  /// What `repositories` reads besides the repositories.
  package enum Part: Sendable { case events, extensions, versions }
}

extension ClusterReader {
  /// Reads the repositories, sorted by name, with the `parts` that are asked for; parts that cannot be read are left
  /// out.
  package func repositories(
    with parts: Set<RepositoryFacts.Part> = [.events, .extensions, .versions]
  ) async throws(ClusterError) -> [RepositoryFacts] {
    async let extensionsAnswer = result { () throws(ClusterError) in
      parts.contains(.extensions) ? try await extensions(isWhole: false) : []
    }
    async let versionsAnswer = result { () async throws(ClusterError) -> [Object] in
      guard parts.contains(.versions) else { return [] }
      return try await cluster.list(
        dialect.extensionVersions, skipping: ExtensionVersion.bulkyFields, freshness: .cached)
    }
    // Events of cluster-scoped objects are stored in `default`.
    async let eventsAnswer = result { () throws(ClusterError) in
      parts.contains(.events) ? try await cluster.list(.events, namespace: "default") : []
    }
    let objects = try await cluster.list(dialect.repositories)
    let offered = ((try? await extensionsAnswer.get()) ?? []).map { Extension($0, dialect: dialect) }
    let versions = ((try? await versionsAnswer.get()) ?? []).map { ExtensionVersion($0, dialect: dialect) }
    let events = (try? await eventsAnswer.get()) ?? []
    return objects.sorted { $0.name < $1.name }.map {
      RepositoryFacts($0, extensions: offered, versions: versions, events: events, dialect: dialect)
    }
  }
}
