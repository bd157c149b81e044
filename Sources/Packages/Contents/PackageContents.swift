import Manifest
import Platform

/// What a package would create in a cluster, as far as that is known without rendering.
///
/// Templates are read line by line: objects under a condition are included, and files with kinds that depend on values
/// are listed as unknown.
package struct PackageContents: Hashable, Sendable {
  /// The kinds of its objects, each once, sorted by name.
  package private(set) var kinds: [Kind] = []
  /// The kinds that its CustomResourceDefinitions define.
  package private(set) var definitions: [Kind] = []
  /// Templates with an object whose kind depends on values.
  package private(set) var unknownFiles: [String] = []
  /// What the gateway would serve for it.
  package private(set) var served: [Served] = []
  /// The images that it lists for mirroring.
  package private(set) var images: [String] = []
  /// The charts in it, and where each is installed.
  package private(set) var parts: [PackagePart] = []
  /// What its installer may do.
  package private(set) var permissions: [Permission] = []
  /// What users may be granted, one entry for each role template.
  package private(set) var grants: [String] = []
  /// Bytes of its unpacked files.
  package private(set) var size = 0

  /// A kind of object, as templates write it.
  package struct Kind: Hashable, Sendable, Comparable {
    package var apiVersion: String
    package var kind: String
    /// Whether the template tests what APIs the cluster has, and so may leave it out.
    package var isConditional = false

    package init(apiVersion: String, kind: String, isConditional: Bool = false) {
      self.apiVersion = apiVersion
      self.kind = kind
      self.isConditional = isConditional
    }

    package static func < (left: Kind, right: Kind) -> Bool {
      (left.kind, left.apiVersion) < (right.kind, right.apiVersion)
    }

    /// Such as `Deployment (apps/v1)`.
    package var words: String { "\(kind) (\(apiVersion))" }
  }

  /// Something that the gateway serves for the package.
  package struct Served: Hashable, Sendable {
    package var kind: String
    /// Such as `weather.example.com/v1`, `/dist/weather/index.js` or `GET /proxy/weather/*`, with dots for what is
    /// known only after rendering; for a bundle without a link, its file name or empty.
    package var words: String

    /// The words for an extension called `name`.
    package func words(in name: String) -> String { ServedWords.complete(words, of: kind, in: name) }

    /// Whether a part is known only after rendering.
    package var isPartlyKnown: Bool { words.containsText("…") }
  }

  /// Reads `package`; `release` is the name of the release, if that is known.
  package init(_ package: Package, release: String? = nil) {
    collect(package, release ?? "…")
    let all = Set(kinds)
    // A kind that is unconditional in one place is needed.
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
    let testsAPIs = text.containsText(".Capabilities.APIVersions.Has")
    for document in TemplateDocument.all(in: text) {
      guard let kind = document.field("kind") else { continue }
      if let words = document.served(as: kind, release) { served.append(Served(kind: kind, words: words)) }
      guard let apiVersion = document.field("apiVersion"), !kind.isTemplated, !apiVersion.isTemplated else {
        unknownFiles.append(path)
        continue
      }
      if kind == "CustomResourceDefinition" { definitions += document.definedKinds }
      if isTemplate { kinds.append(Kind(apiVersion: apiVersion, kind: kind, isConditional: testsAPIs)) }
    }
  }

  /// The kinds that the cluster must have already: those that are neither conditional nor defined by the package.
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

  /// The value of a top-level field of the document.
  func field(_ name: String) -> String? {
    lines.first { $0.hasPrefix(name + ":") }.map { Self.value($0) }
  }

  /// The value of the first field called `name` at any depth.
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

  /// The kinds of a CustomResourceDefinition, one for each version.
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

  /// What the gateway would serve for it in a release called `release`; empty for a bundle at its default path.
  func served(as kind: String, _ release: String) -> String? {
    // Kubernetes has APIServices too, for services of its aggregator.
    guard ["APIService", "JSBundle", "ReverseProxy", "ExtensionEntry"].contains(kind),
      field("apiVersion")?.containsText("apiregistration") != true
    else { return nil }
    let text = lines.joined(separator: "\n")
    if let sketch = TemplateSketch.all(text, file: "", release: release).first {
      return ServedWords.words(of: kind, sketch.value)
    }
    // A document that is not YAML before rendering is read line by line.
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
  /// Whether the value is known only after rendering.
  fileprivate var isTemplated: Bool { containsText("{{") }
}
