import Packages
import Platform

/// Charts in a registry, as `helm push` stores them: a path is one chart, and its tags are the versions; or several
/// charts below a path.
struct ChartRegistry: ChartSource {
  let path: String
  private let client: RegistryClient

  private static let chartConfig = "application/vnd.cncf.helm.config.v1+json"
  private static let chartLayers = [
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip",
  ]
  /// Versions of all charts together; each costs a request at every reading.
  private static let mostVersions = 5_000
  /// Concurrent requests.
  private static let breadth = 8

  /// `nil` if `address` does not have the form `oci://HOST/PATH`.
  init?(_ address: String, access: RepositoryAccess) {
    guard ImageReference.isRegistry(address) else { return nil }
    var parts = address.dropFirst(6).split(separator: "/").map(String.init)
    guard !parts.isEmpty, let client = RegistryClient(host: parts.removeFirst().lowercased(), access: access) else {
      return nil
    }
    // The address of a version ends with a tag.
    if let last = parts.last { parts[parts.count - 1] = String(last.prefix { $0 != ":" && $0 != "@" }) }
    guard parts.allSatisfy(ImageReference.isComponent) else { return nil }
    self.client = client
    path = parts.joined(separator: "/")
  }

  func read(unless known: RepositoryRevision?) async throws(RepositoryError) -> RepositoryContents? {
    let versions = try await versions()
    let found = try await digests(of: versions.filter { SemanticVersion($0.version) != nil })
    let revision = RepositoryRevision(digest: SHA256.hex(Array(found.map(\.line).joined(separator: "\n").utf8)))
    if let known, known.digest == revision.digest { return nil }
    var index = ChartIndex()
    index.add(
      found.map { version in
        let url = "oci://\(client.host)/\(version.path):\(version.tag)"
        return ChartIndex.Entry(
          name: String(version.path.split(separator: "/").last ?? ""), version: version.version, url: url, digest: "",
          created: "", revision: version.digest)
      })
    return RepositoryContents(index: index, revision: revision, charts: self)
  }

  private struct Version: Hashable {
    var path: String
    var tag: String
    var digest = ""

    /// helm replaces the plus by an underscore, because tags do not allow it.
    var version: String { tag.replacingText("_", with: "+") }

    var line: String { "\(path):\(tag) \(digest)" }
  }

  /// The versions at the path itself if it has tags, otherwise those at the paths below it.
  private func versions() async throws(RepositoryError) -> [Version] {
    let own = path.isEmpty ? [] : try await client.tags(path) ?? []
    var versions = own.map { Version(path: path, tag: $0) }
    for inner in own.isEmpty ? try await pathsBelow() : [] {
      versions += (try await client.tags(inner) ?? []).map { Version(path: inner, tag: $0) }
      if versions.count > Self.mostVersions { break }
    }
    guard versions.count <= Self.mostVersions else {
      throw RepositoryError("\(client.host)/\(path) has more than \(Self.mostVersions) versions")
    }
    return versions
  }

  /// The paths below the path, as listed by the registry.
  private func pathsBelow() async throws(RepositoryError) -> [String] {
    let all: [String]
    do throws(RepositoryError) { all = try await client.catalogue() } catch {
      throw RepositoryError(
        "\(client.host)/\(path) has no tags, and what lies below it is not told: \(error)",
        isTransient: error.isTransient)
    }
    let below = all.filter { (path.isEmpty || $0.hasPrefix(path + "/")) && !$0.isEmpty }.sorted()
    guard !below.isEmpty else { throw RepositoryError("\(client.host)/\(path): there is no chart there") }
    return below
  }

  private func digests(of versions: [Version]) async throws(RepositoryError) -> [Version] {
    var found: [Version] = []
    for start in stride(from: 0, to: versions.count, by: Self.breadth) {
      let some = versions[start..<min(start + Self.breadth, versions.count)]
      let answers = await withTaskGroup(of: (Version, Result<String, RepositoryError>).self) { group in
        for version in some {
          group.addTask {
            (
              version,
              await Result { () async throws(RepositoryError) in
                try await client.digest(version.path, version.tag)
              }
            )
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      for (version, digest) in answers {
        var version = version
        version.digest = try digest.get()
        found.append(version)
      }
    }
    return found.sorted { $0.line < $1.line }
  }

  func location(of entry: ChartIndex.Entry) throws(RepositoryError) -> String { entry.url }

  func archive(of entry: ChartIndex.Entry) async throws(RepositoryError) -> [UInt8] {
    let reference = try reference(entry.url)
    return try await archive(reference.path, entry.revision.isEmpty ? reference.selector : entry.revision)
  }

  /// The chart that was published with the address `location`.
  func archive(at location: String, digest: String) async throws(RepositoryError) -> [UInt8] {
    let reference = try reference(location)
    let bytes = try await archive(reference.path, reference.selector)
    try ChartIndex.check(SHA256.hex(bytes), against: digest)
    return bytes
  }

  /// The path and the tag of an address in this registry.
  private func reference(_ location: String) throws(RepositoryError) -> ImageReference {
    let start = "oci://\(client.host)/"
    guard location.hasPrefix(start), let found = ImageReference("registry.invalid/" + location.dropFirst(start.count))
    else { throw RepositoryError("\(Excerpt.shortened(location)) does not lie in \(client.host)") }
    return found
  }

  private func archive(_ path: String, _ selector: String) async throws(RepositoryError) -> [UInt8] {
    let manifest = try await client.manifest(path, selector)
    guard manifest.config?.mediaType == Self.chartConfig else {
      throw RepositoryError(
        "what lies there is no chart of helm, but \(manifest.config?.mediaType ?? "several images")")
    }
    guard let layer = manifest.layers.first(where: { Self.chartLayers.contains($0.mediaType) }) else {
      throw RepositoryError("its manifest names no layer that holds a chart")
    }
    return try await client.blob(path, layer, limit: ChartIndex.largestChart)
  }
}
