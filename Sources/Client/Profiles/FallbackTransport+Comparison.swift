import HTTP
package import KubernetesAPI
import Manifest

extension FallbackTransport {
  /// An object for which the two ways return different states.
  package struct Disagreement: Hashable, Sendable, CustomStringConvertible {
    package var name: String
    package var kind: Kind

    package enum Kind: Hashable, Sendable {
      /// Only this way returns it.
      case only(Way)
      /// Two objects have this name, with different UIDs: the ways lead to two clusters.
      case differentObjects
      /// One object, of which one way returns an older state.
      case differentVersions
    }

    package var description: String {
      switch kind {
      case .only(let way): "\(name) is only seen through \(way == .kubernetes ? "Kubernetes" : "the gateway")"
      case .differentObjects: "\(name) has two UIDs: the two ways lead to different clusters"
      case .differentVersions: "\(name) has two resource versions: one way is behind"
      }
    }
  }

  /// Lists a collection by both ways and returns the differences, sorted by name.
  ///
  /// An object that changes between the two lists differs only for a moment, so only differences that a second
  /// comparison confirms are returned.
  package func disagreements(
    about resource: Resource, namespace: String? = nil
  ) async throws(ClusterError) -> [Disagreement] {
    let first = try await differences(resource, namespace)
    guard !first.isEmpty else { return [] }
    let second = try await differences(resource, namespace)
    return second.filter(first.contains)
  }

  private func differences(_ resource: Resource, _ namespace: String?) async throws(ClusterError) -> [Disagreement] {
    let direct = try await Self.identities(resource, namespace, by: kubernetes)
    let viaGateway = try await Self.identities(resource, namespace, by: gateway)
    return Set(direct.keys).union(viaGateway.keys).sorted().compactMap { name in
      switch (direct[name], viaGateway[name]) {
      case (.some, nil): Disagreement(name: name, kind: .only(.kubernetes))
      case (nil, .some): Disagreement(name: name, kind: .only(.gateway))
      case (let one?, let other?) where one.uid != other.uid: Disagreement(name: name, kind: .differentObjects)
      case (let one?, let other?) where one != other: Disagreement(name: name, kind: .differentVersions)
      default: nil
      }
    }
  }

  private struct Identity: Hashable {
    var uid: String
    var resourceVersion: String
  }

  private static func identities(
    _ resource: Resource, _ namespace: String?, by way: any Transport
  ) async throws(ClusterError) -> [String: Identity] {
    var identities: [String: Identity] = [:]
    _ = try await Cluster(transport: way).list(
      resource, namespace: namespace, skipping: JSONPaths(["spec"], ["status"], ["metadata", "managedFields"]),
      restart: { identities = [:] },
      each: { object in
        let name = [object.namespace, object.name].compactMap { $0 }.joined(separator: "/")
        identities[name] = Identity(uid: object.uid, resourceVersion: object.resourceVersion)
      })
    return identities
  }
}
