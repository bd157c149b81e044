import KubernetesAPI
package import Manifest
import Packages
import Platform

/// A chart repository's `index.yaml`: which versions it has, and their addresses.
package struct ChartIndex: Hashable, Sendable {
  /// A version that can be installed.
  package struct Entry: Hashable, Sendable {
    package var name: String
    package var version: String
    /// The first address in the index: a URL, or a path relative to the repository.
    package var url: String
    /// SHA-256 in hexadecimal digits, or empty.
    package var digest: String
    /// RFC 3339, or empty.
    package var created: String
    /// The source's own name for the content of this version, such as the digest of its manifest; empty if it has none.
    package var revision = ""

    /// A text that changes with the chart, as far as the index tells; empty if it does not.
    package var mark: String {
      if !revision.isEmpty { return revision }
      return digest.isEmpty && created.isEmpty ? "" : [digest, created, url].joined(separator: " ")
    }
  }

  /// Versions by chart, newest first.
  package var entries: [String: [Entry]] = [:]
  /// What was left out, and why.
  package var refused: [String] = []

  /// An empty index.
  init() {}

  /// Bytes of an index; one with 30,000 versions has 21 MB.
  static let largest = 256 << 20
  /// Bytes of a packed chart.
  static let largestChart = 64 << 20
  /// Limits of an index: its versions, and its YAML values.
  private static let mostEntries = 200_000
  private static let mostValues = 50_000_000

  package init(_ text: String) throws(SyntaxError) {
    try self.init { (take) throws(SyntaxError) in
      try YAML.forEachItem(under: "entries", in: text, limits: Self.limits, take) || EmptyIndex.isIndex(text)
    }
  }

  /// Parses the index in a file piece by piece, so that its size does not matter.
  init(file: String) throws(SyntaxError) {
    try self.init { (take) throws(SyntaxError) in
      if try YAML.forEachItem(under: "entries", inFile: file, limits: Self.limits, take) { return true }
      // An index without entries is short.
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

  /// Throws if `promised` is not empty and differs from `digest`.
  static func check(_ digest: String, against promised: String) throws(RepositoryError) {
    guard promised.isEmpty || promised == digest else {
      throw RepositoryError("its digest is \(digest), and the index says \(promised)")
    }
  }

  /// Adds packed charts that no index lists.
  mutating func add(_ charts: [PackedChart]) {
    var seen: Set<String> = []
    for chart in charts {
      let urls: Value = [.string(chart.file)]
      add(chart.name, ["version": .string(chart.version), "urls": urls, "digest": .string(chart.digest)], &seen)
    }
    entries = entries.mapValues(Self.newestFirst)
  }

  /// Adds the versions that a registry lists.
  mutating func add(_ listed: [Entry]) {
    var seen: Set<String> = []
    for entry in listed { add(entry, &seen) }
    entries = entries.mapValues(Self.newestFirst)
  }

  /// Adds the unpacked charts beside an index, except those that the index lists and whose files exist.
  ///
  /// `helm repo index` lists only packed charts, and images contain unpacked ones.
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
    // Invalid versions have been refused before.
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
    // `v1.0.0` and `1.0.0` are the same version.
    guard seen.insert("\(entry.name) \(VersionText(entry.version).plain)").inserted else { return }
    entries[entry.name, default: []].append(entry)
  }

  /// The reasons for which KubeSphere refuses a version too (docs/KUBESPHERE.md: Repositories).
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
