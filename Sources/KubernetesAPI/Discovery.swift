package import Manifest

/// A kind of object as a cluster's discovery lists it.
package struct DiscoveredResource: Hashable, Sendable {
  package var resource: Resource
  package var verbs: Set<String>

  package init(resource: Resource, verbs: Set<String>) {
    self.resource = resource
    self.verbs = verbs
  }
}

/// The server's answer to `/version`.
package struct ServerVersion: Hashable, Sendable {
  /// Such as `v1.31.2`.
  package var gitVersion: String
  package var major: String
  package var minor: String
  package var platform: String

  package init(_ value: Value) {
    gitVersion = value["gitVersion"]?.string ?? ""
    major = value["major"]?.string ?? ""
    minor = value["minor"]?.string ?? ""
    platform = value["platform"]?.string ?? ""
  }
}

extension ServerVersion {
  /// Whether this is at least the given version; `minor` may be written as `27+`.
  package func isAtLeast(major: Int, minor: Int) -> Bool {
    let (ours, part) = (Int(self.major) ?? 0, Int(self.minor.prefix { $0.isNumber }) ?? 0)
    return ours > major || (ours == major && part >= minor)
  }
}
