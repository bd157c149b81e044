package import Manifest

/// A chart within a package, and where it is installed by its tags (docs/KUBESPHERE.md: Executor).
package struct PackagePart: Hashable, Sendable {
  package var name: String
  package var place: Place

  package enum Place: String, Hashable, Sendable {
    /// In the host cluster, with the extension itself.
    case host
    /// In member clusters, with agents.
    case members
    case everywhere
    /// It is for agents, and the extension has none.
    case nowhere
  }

  /// helm takes a chart one of whose tags is on, or none of whose tags is set at all; on is `extension` in the host
  /// cluster, `agent` in members, and the other is off.
  package init(_ dependency: Value, isMulticluster: Bool) {
    name = Chart.text(dependency["alias"] ?? dependency["name"])
    let tags = Set(dependency["tags"]?.sequence?.compactMap(\.string) ?? [])
    let (isForHost, isForAgents) = (tags.contains("extension"), tags.contains("agent"))
    switch (isForHost, isForAgents) {
    case (true, false): place = .host
    case (false, true): place = isMulticluster ? .members : .nowhere
    default: place = isMulticluster ? .everywhere : .host
    }
  }
}

extension Package {
  /// The charts that helm goes by: those of `requirements.yaml`, where there is one, for those of `Chart.yaml`.
  package func dependencies() throws(PackageError) -> [Value] {
    if let listed = try yaml("requirements.yaml")?["dependencies"]?.sequence { return listed }
    return try chartValue()["dependencies"]?.sequence ?? []
  }

  /// The same with where they are installed; only an extension has such places.
  package var parts: [PackagePart] {
    guard let manifest = try? extensionManifest() else { return [] }
    return ((try? dependencies()) ?? []).map { PackagePart($0, isMulticluster: manifest.isMulticluster) }
  }
}
