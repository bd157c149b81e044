import Client
import Extensions
import KubernetesAPI
import Manifest

@testable import Platform

/// Repositories in the words of the target's era.
enum Offering {
  static func offer(
    _ name: String, _ place: Mapping, user: (String, String)? = nil, in cluster: Cluster
  ) async throws {
    let dialect = ServerUnderTest.dialect
    var spec = place
    // The previews' definition wants an image, whatever else there is.
    if dialect.era != .seed, dialect.era != .installPlan, spec["image"] == nil { spec = ["image": spec["url"] ?? ""] }
    if let user, dialect.era == .seed || dialect.era == .installPlan {
      spec["basicAuth"] = ["username": .string(user.0), "password": .string(user.1)]
    } else if let user, let address = (spec["image"] ?? .null).string, address.hasPrefix("http://") {
      spec["image"] = .string(address.replacingText("http://", with: "http://\(user.0):\(user.1)@"))
    }
    _ = try await cluster.create(
      dialect.repositories, Object(dialect.repositories, name: name, ["spec": .mapping(spec)]))
  }
}
