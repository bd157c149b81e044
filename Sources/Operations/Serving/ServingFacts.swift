package import Client
package import Extensions
package import HTTP
package import KubernetesAPI
import Manifest
import Packages
package import Platform

/// The objects that the gateway serves for extensions, for lists and for the route table.
package struct ServingFacts: Hashable, Sendable {
  /// An object and its upstream.
  package struct Row: Hashable, Sendable, Identifiable {
    package var served: ServedObject
    /// `service extension-weather/api:80`, `ConfigMap extension-weather/dist index.js`; empty if the object names none.
    package var leadsTo: Sentence
    /// The path that a probe requests; `nil` if there is none.
    package var path: String?

    package var id: String { "\(served.kind) \(served.name)" }
  }

  package private(set) var rows: [Row] = []
  private var objects: [Object] = []
  private var dialect: Dialect
  private var owners: ReleaseOwners

  package init(_ objects: [Object], dialect: Dialect, owners: ReleaseOwners = ReleaseOwners()) {
    self.objects = objects
    self.dialect = dialect
    self.owners = owners
    rows = objects.map { object in
      let served = ServedObject(object, kind: object.kind, dialect: dialect, owners: owners)
      return Row(served: served, leadsTo: Destination.words(object), path: try? Probe.target(of: served).get())
    }.sorted { ($0.served.kind, $0.served.name) < ($1.served.kind, $1.served.name) }
  }

  /// Explains which rule serves `request`, and why the others do not.
  package func explanation(of request: HTTPRequest) -> Explanation {
    Explanation(request, by: nil, in: RouteTable(objects, dialect: dialect, owners: owners))
  }
}

/// Describes the upstream, or the source of the content, of an object.
private enum Destination {
  static func words(_ object: Object) -> Sentence {
    let spec = object.spec
    let upstream = spec["upstream"]
    for endpoint in [spec, upstream] {
      if let url = endpoint?["url"]?.string, !url.isEmpty { return Sentence(verbatim: url) }
      if let service = endpoint?["service"], service.mapping != nil {
        return "service \(name(service)):\(port(service))"
      }
    }
    if let source = spec["rawFrom"] {
      if let url = source["url"]?.string, !url.isEmpty { return Sentence(verbatim: url) }
      for (key, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
        guard let reference = source[key], reference.mapping != nil else { continue }
        return "\(kind) \(name(reference)) \(Chart.text(reference["key"]))"
      }
    }
    return spec["raw"] == nil ? "" : "the object itself"
  }

  private static func name(_ reference: Value) -> String {
    let parts = [Chart.text(reference["namespace"]), Chart.text(reference["name"])]
    return parts.filter { !$0.isEmpty }.joined(separator: "/")
  }

  private static func port(_ service: Value) -> String {
    let port = Chart.text(service["port"])
    return port.isEmpty ? "80" : port
  }
}

extension ClusterReader {
  /// Reads what the gateway serves for the extension `name`, or for all extensions.
  package func serving(_ name: String?) async throws(ClusterError) -> ServingFacts {
    let owners = try await releaseOwners()
    let all = try await servedObjects(skipping: JSONPaths(["metadata", "managedFields"])).map(\.slim)
    let chosen = all.filter { name == nil || owners.extensionName(of: $0, dialect) == name }
    return ServingFacts(chosen, dialect: dialect, owners: owners)
  }

  /// Reads a short form of everything that the gateway serves for extensions.
  package func served() async throws(ClusterError) -> [ServedObject] {
    let owners = try await releaseOwners()
    return try await servedObjects(skipping: JSONPaths(["spec", "raw"], ["metadata", "managedFields"])).map {
      ServedObject($0, kind: $0.kind, dialect: dialect, owners: owners)
    }
  }

  /// Reads the owners of releases, which only the first design needs: there objects may name only their release.
  private func releaseOwners() async throws(ClusterError) -> ReleaseOwners {
    guard dialect.era == .seed else { return ReleaseOwners() }
    return ReleaseOwners(try await installations().map(Installation.init))
  }

  private func servedObjects(skipping: JSONPaths) async throws(ClusterError) -> [Object] {
    var all: [Object] = []
    for resource in dialect.served {
      do throws(ClusterError) {
        all += try await cluster.list(resource, skipping: skipping)
      } catch {
        // Not every era has every kind.
        guard error.isOfMissingKind else { throw error }
      }
    }
    return all
  }
}

extension Object {
  /// Without the script that a bundle may contain, which has megabytes.
  fileprivate var slim: Object {
    guard spec["raw"]?.string?.isEmpty == false else { return self }
    var object = self
    object.value = value.setting(["spec", "raw"], to: "…")
    return object
  }
}
