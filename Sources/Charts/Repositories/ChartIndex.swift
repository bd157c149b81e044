import KubernetesAPI
package import Manifest
import Packages

/// A chart repository's `index.yaml`: which versions there are, and where.
package struct ChartIndex: Hashable, Sendable {
  /// One version that can be taken.
  package struct Entry: Hashable, Sendable {
    package var name: String
    package var version: String
    /// The first place it can be had from, as the index says: an address or a path below the repository.
    package var url: String
    /// SHA-256 in hexadecimal digits, or empty.
    package var digest: String
    /// RFC 3339, or empty.
    package var created: String
  }

  /// Newest first, by extension.
  package var entries: [String: [Entry]] = [:]
  /// What was left out, and why.
  package var refused: [String] = []

  /// The index of a repository that has none.
  init() {}

  package init(_ text: String) throws(SyntaxError) {
    var seen: Set<String> = []
    let isIndex = try YAML.forEachItem(under: "entries", in: text) { name, item in add(name, item.value, &seen) }
    guard isIndex else { throw SyntaxError(line: 1, column: 1, problem: "an index has entries; this has none") }
    entries = entries.mapValues(Self.newestFirst)
  }

  /// The charts that lie unpacked beside an index, without those that the index lists and that are there.
  ///
  /// `helm index` lists packed charts only, and an image has its charts unpacked.
  mutating func add(_ charts: [UnpackedChart], isThere: (Entry) -> Bool) {
    for chart in charts {
      let listed = entries[chart.name] ?? []
      let same = listed.filter { VersionText($0.version) == VersionText(chart.version) }
      if same.contains(where: isThere) { continue }
      entries[chart.name] = listed.filter { entry in !same.contains(entry) }
      var seen: Set<String> = []
      add(chart.name, ["version": .string(chart.version), "urls": [.string(chart.folder)]], &seen)
      entries[chart.name] = entries[chart.name].flatMap { $0.isEmpty ? nil : Self.newestFirst($0) }
    }
  }

  private static func newestFirst(_ entries: [Entry]) -> [Entry] {
    // What is not a version was refused before.
    let parsed = entries.compactMap { entry in SemanticVersion(entry.version).map { (version: $0, entry: entry) } }
    return parsed.sorted { left, right in
      left.version == right.version ? right.entry.version < left.entry.version : right.version < left.version
    }.map(\.entry)
  }

  private mutating func add(_ name: String, _ value: Value, _ seen: inout Set<String>) {
    let version = Chart.text(value["version"])
    let url = value["urls"]?.sequence?.first?.string ?? ""
    if let problem = Self.problem(name, version, url) {
      refused.append("\(name) \(version): \(problem)")
      return
    }
    // `v1.0.0` is the same version as `1.0.0`.
    guard seen.insert("\(name) \(VersionText(version).plain)").inserted else { return }
    let digest = Chart.text(value["digest"]).lowercased()
    let entry = Entry(
      name: name, version: version, url: url,
      digest: digest.hasPrefix("sha256:") ? String(digest.dropFirst(7)) : digest,
      created: value["created"]?.string ?? "")
    entries[name, default: []].append(entry)
  }

  /// What KubeSphere refuses as well (docs/KUBESPHERE.md: Repositories).
  private static func problem(_ name: String, _ version: String, _ url: String) -> String? {
    if name.utf8.count > 63 || !Syntax.isSubdomain(name) {
      return "the name is not a DNS name of at most 63 characters"
    }
    guard let parsed = SemanticVersion(version) else { return "the version is not a semantic version" }
    if !parsed.build.isEmpty { return "the version has build metadata, which no object's name can have" }
    if version.utf8.count > 63 || !Syntax.isSubdomain(version.lowercased()) || version != version.lowercased() {
      return "the version cannot be part of an object's name"
    }
    return url.isEmpty ? "the index does not say where it is" : nil
  }
}
