package import Manifest

/// A chart within a package, and where its tags install it (docs/KUBESPHERE.md: Executor).
package struct PackagePart: Hashable, Sendable {
  package var name: String
  package var place: Place

  /// Where a chart is installed.
  package enum Place: String, Hashable, Sendable {
    /// In the host cluster, with the extension itself.
    case host
    /// In member clusters, with agents.
    case members
    case everywhere
    /// It is for agents, but the extension has none.
    case nowhere
  }

  /// Decides the place by the tags of `dependency`.
  ///
  /// helm installs a chart if one of its tags is on, or if none of its tags is set. In the host cluster `extension` is
  /// on and `agent` is off; in members it is the other way round.
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
  /// The dependencies that helm uses: those of `requirements.yaml`, if there is one, otherwise those of `Chart.yaml`.
  package func dependencies() throws(PackageError) -> [Value] {
    if let listed = try node("requirements.yaml")?.asChart.value["dependencies"]?.sequence { return listed }
    return try chartValue()["dependencies"]?.sequence ?? []
  }

  /// The dependencies with the place where each is installed; only extensions have such places.
  package var parts: [PackagePart] {
    guard let manifest = try? extensionManifest() else { return [] }
    return ((try? dependencies()) ?? []).map { PackagePart($0, isMulticluster: manifest.isMulticluster) }
  }
}
