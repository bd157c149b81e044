import Manifest
import Platform

/// What a package would bring to a cluster, as far as its files say it without being rendered.
///
/// Templates are read line by line: what stands behind a condition counts as well, and what only values decide is
/// named as unknown.
package struct PackageContents: Hashable, Sendable {
  /// The kinds of its objects, each once, by name.
  package private(set) var kinds: [Kind] = []
  /// The kinds that its own definitions make known.
  package private(set) var definitions: [Kind] = []
  /// Templates with an object whose kind only values decide.
  package private(set) var unknownFiles: [String] = []
  /// What the gateway would serve of it.
  package private(set) var served: [Served] = []
  /// The images it names for those who mirror them.
  package private(set) var images: [String] = []
  /// The charts within it, and where each is installed.
  package private(set) var parts: [PackagePart] = []
  /// What its installer may do.
  package private(set) var permissions: [Permission] = []
  /// What people may be granted of it, a role template each.
  package private(set) var grants: [String] = []
  /// Bytes, unpacked.
  package private(set) var size = 0

  /// A kind of object, as templates name it.
  package struct Kind: Hashable, Sendable, Comparable {
    package var apiVersion: String
    package var kind: String
    /// Rendered only where the cluster has something, as the chart itself asks.
    package var isConditional = false

    package init(apiVersion: String, kind: String, isConditional: Bool = false) {
      self.apiVersion = apiVersion
      self.kind = kind
      self.isConditional = isConditional
    }

    package static func < (left: Kind, right: Kind) -> Bool {
      (left.kind, left.apiVersion) < (right.kind, right.apiVersion)
    }

    /// `Deployment (apps/v1)`.
    package var words: String { "\(kind) (\(apiVersion))" }
  }

  /// Something that the gateway serves for it.
  package struct Served: Hashable, Sendable {
    package var kind: String
    /// `weather.example.com/v1`, `/dist/weather/index.js`, `GET /proxy/weather/*`; dots for what only rendering tells,
    /// and of a bundle without a link its file's name, or empty.
    package var words: String

    /// The words for an extension called `name`.
    package func words(in name: String) -> String { ServedWords.complete(words, of: kind, in: name) }

    /// Only rendering tells all of it.
    package var isPartlyKnown: Bool { words.containsText("…") }
  }

  /// What is in `package`, in a release called `release` where its name is known.
  package init(_ package: Package, release: String? = nil) {
    collect(package, release ?? "…")
    let all = Set(kinds)
    // A kind that is needed in one place without a condition is needed.
    kinds = all.filter { kind in
      !kind.isConditional || !all.contains(Kind(apiVersion: kind.apiVersion, kind: kind.kind))
    }.sorted()
    definitions = Array(Set(definitions)).sorted()
    unknownFiles = Array(Set(unknownFiles)).sorted()
    let manifest = try? package.manifest()
    images = manifest?.images ?? []
    parts = package.parts
    grants = package.sketches(release: release ?? "…").filter(\.isRoleTemplate).map(\.grant).sorted()
    permissions = Permission.all(in: package.permissions ?? "")
    size = package.files.values.reduce(0) { $0 + $1.count }
  }

  private mutating func collect(_ package: Package, _ release: String) {
    for path in package.files.keys.sorted() {
      if path.hasSuffix(".tgz"), path.containsText("charts/"), let bytes = package.files[path],
        let part = try? Package(archive: bytes)
      {
        collect(part, release)
        continue
      }
      let parts = path.split(separator: "/")
      let isTemplate = parts.dropLast().contains("templates")
      guard isTemplate || parts.dropLast().contains("crds"), path.hasSuffix(".yaml") || path.hasSuffix(".yml"),
        let text = package.text(path)
      else { continue }
      read(text, path, isTemplate: isTemplate, release)
    }
  }

  private mutating func read(_ text: String, _ path: String, isTemplate: Bool, _ release: String) {
    let asks = text.containsText(".Capabilities.APIVersions.Has")
    for document in TemplateDocument.all(in: text) {
      guard let kind = document.field("kind") else { continue }
      if let words = document.served(as: kind, release) { served.append(Served(kind: kind, words: words)) }
      guard let apiVersion = document.field("apiVersion"), !kind.isTemplated, !apiVersion.isTemplated else {
        unknownFiles.append(path)
        continue
      }
      if kind == "CustomResourceDefinition" { definitions += document.definedKinds }
      if isTemplate { kinds.append(Kind(apiVersion: apiVersion, kind: kind, isConditional: asks)) }
    }
  }

  /// The kinds that the cluster must have already: what is not conditional, and not of its own definitions.
  package var needed: [Kind] {
    kinds.filter { kind in
      !kind.isConditional && !definitions.contains { $0.apiVersion == kind.apiVersion && $0.kind == kind.kind }
    }
  }
}

/// One document of a template, as lines.
private struct TemplateDocument {
  var lines: [String]

  static func all(in text: String) -> [TemplateDocument] {
    var all = [TemplateDocument(lines: [])]
    for line in text.lines {
      if line.hasPrefix("---") {
        all.append(TemplateDocument(lines: []))
      } else {
        all[all.count - 1].lines.append(line)
      }
    }
    return all
  }

  /// The value of a field at the document's top.
  func field(_ name: String) -> String? {
    lines.first { $0.hasPrefix(name + ":") }.map { Self.value($0) }
  }

  /// The value of the first field called `name`, however deep.
  private func first(_ name: String) -> String? {
    lines.lazy.map { $0.trimmed() }.map { $0.hasPrefix("- ") ? String($0.dropFirst(2)) : $0 }
      .first { $0.hasPrefix(name + ":") }.map { Self.value($0) }
  }

  private static func value(_ line: String) -> String {
    let text = line.drop { $0 != ":" }.dropFirst()
    let plain = String(text).trimmed()
    let uncommented = plain.rangeOfText(" #").map { String(plain[..<$0.lowerBound]).trimmed() } ?? plain
    return String(uncommented.filter { $0 != "\"" && $0 != "'" })
  }

  /// The kinds that a definition makes known, one for each of its versions.
  var definedKinds: [PackageContents.Kind] {
    guard let definition = try? YAML.parse(lines.joined(separator: "\n")), let spec = definition["spec"] else {
      guard let group = first("group"), let names = lines.firstIndex(where: { $0.trimmed() == "names:" }),
        let kind = TemplateDocument(lines: Array(lines[names...])).first("kind")
      else { return [] }
      let versions = lines.map { $0.trimmed() }.filter { $0.hasPrefix("- name:") || $0.hasPrefix("version:") }
      return versions.map { PackageContents.Kind(apiVersion: "\(group)/\(Self.value($0))", kind: kind) }
    }
    let kind = spec[path: "names", "kind"]?.string ?? ""
    let group = spec["group"]?.string ?? ""
    let versions = spec["versions"]?.sequence?.compactMap { $0["name"]?.string } ?? [Chart.text(spec["version"])]
    return versions.map { PackageContents.Kind(apiVersion: "\(group)/\($0)", kind: kind) }
  }

  /// What it has the gateway serve in a release called `release`; empty where that is the extension's own place.
  func served(as kind: String, _ release: String) -> String? {
    // Kubernetes has an APIService as well, which names a service.
    guard ["APIService", "JSBundle", "ReverseProxy", "ExtensionEntry"].contains(kind),
      field("apiVersion")?.containsText("apiregistration") != true
    else { return nil }
    let text = lines.joined(separator: "\n")
    if let sketch = TemplateSketch.all(text, file: "", release: release).first {
      return ServedWords.words(of: kind, sketch.value)
    }
    // What is no YAML before it is rendered is read line by line.
    let words =
      switch kind {
      case "APIService": "\(first("group") ?? "?")/\(first("version") ?? "?")"
      case "JSBundle": first("link") ?? first("filenameOverride") ?? ""
      case "ReverseProxy": "\(first("method") ?? "*") \(first("path") ?? "?")"
      default: first("link") ?? first("name") ?? "?"
      }
    return TemplateSketch.withoutActions(words, release: release)
  }
}

extension String {
  /// What it says is known only once a chart is rendered.
  fileprivate var isTemplated: Bool { containsText("{{") }
}
