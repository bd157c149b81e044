import KubernetesAPI
package import Manifest
import Packages
import Platform

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
    /// What the place itself calls this state of the version, such as the digest of its manifest; or empty.
    package var revision = ""

    /// What changes when the chart does, as far as the index tells; empty when it does not.
    package var mark: String {
      if !revision.isEmpty { return revision }
      return digest.isEmpty && created.isEmpty ? "" : [digest, created, url].joined(separator: " ")
    }
  }

  /// Newest first, by extension.
  package var entries: [String: [Entry]] = [:]
  /// What was left out, and why.
  package var refused: [String] = []

  /// The index of a repository that has none.
  init() {}

  /// How long an index may be: that of 30,000 versions has 21 MB.
  static let largest = 256 << 20
  /// How long a packed chart may be.
  static let largestChart = 64 << 20
  /// How many versions are taken from an index, and how many values it may have.
  private static let mostEntries = 200_000
  private static let mostValues = 50_000_000

  package init(_ text: String) throws(SyntaxError) {
    try self.init { (take) throws(SyntaxError) in
      try YAML.forEachItem(under: "entries", in: text, limits: Self.limits, take) || EmptyIndex.isIndex(text)
    }
  }

  /// Reads the index in a file piece by piece, so that its length does not matter.
  init(file: String) throws(SyntaxError) {
    try self.init { (take) throws(SyntaxError) in
      if try YAML.forEachItem(under: "entries", inFile: file, limits: Self.limits, take) { return true }
      // What has no entries is short.
      return (try? Files.text(file, limit: 1 << 20)).map(EmptyIndex.isIndex) ?? false
    }
  }

  private static var limits: YAML.Limits {
    var limits = YAML.Limits()
    limits.written = mostValues
    return limits
  }

  private init(
    _ reading: ((String, YAMLNode) -> Void) throws(SyntaxError) -> Bool
  ) throws(SyntaxError) {
    var seen: Set<String> = []
    var left = Self.mostEntries
    let isIndex = try reading { name, item in
      left -= 1
      if left >= 0 { add(name, item.value, &seen) }
    }
    guard isIndex else { throw SyntaxError(line: 1, column: 1, problem: "an index has entries; this has none") }
    if left < 0 { refused.append("the index has \(-left) versions more than the \(Self.mostEntries) that are taken") }
    entries = entries.mapValues(Self.newestFirst)
  }

  /// Refuses a chart whose digest is not the one that was promised; none promises nothing.
  static func check(_ digest: String, against promised: String) throws(RepositoryError) {
    guard promised.isEmpty || promised == digest else {
      throw RepositoryError("its digest is \(digest), and the index says \(promised)")
    }
  }

  /// Adds charts that no index lists.
  mutating func add(_ charts: [PackedChart]) {
    var seen: Set<String> = []
    for chart in charts {
      let urls: Value = [.string(chart.file)]
      add(chart.name, ["version": .string(chart.version), "urls": urls, "digest": .string(chart.digest)], &seen)
    }
    entries = entries.mapValues(Self.newestFirst)
  }

  /// Adds what a registry lists.
  mutating func add(_ listed: [Entry]) {
    var seen: Set<String> = []
    for entry in listed { add(entry, &seen) }
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
    let digest = Chart.text(value["digest"]).lowercased()
    add(
      Entry(
        name: name, version: Chart.text(value["version"]), url: value["urls"]?.sequence?.first?.string ?? "",
        digest: digest.hasPrefix("sha256:") ? String(digest.dropFirst(7)) : digest,
        created: value["created"]?.string ?? ""), &seen)
  }

  private mutating func add(_ entry: Entry, _ seen: inout Set<String>) {
    if let problem = Self.problem(entry.name, entry.version, entry.url) {
      refused.append("\(entry.name) \(entry.version): \(problem)")
      return
    }
    // `v1.0.0` is the same version as `1.0.0`.
    guard seen.insert("\(entry.name) \(VersionText(entry.version).plain)").inserted else { return }
    entries[entry.name, default: []].append(entry)
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
