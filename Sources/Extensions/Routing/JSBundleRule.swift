package import KubernetesAPI
import Manifest
import Packages
package import Platform

/// Files that an extension adds to the web front end, each under a path below `/dist`.
package struct JSBundleRule: Hashable, Sendable {
  package var object: RuleObject
  package var files: [File]
  package var problems: [Sentence] = []

  /// A file and its source.
  package struct File: Hashable, Sendable {
    package var path: String
    /// `nil` to keep that of the upstream's response.
    package var contentType: String?
    package var source: Source

    /// Whether it is stored compressed with brotli, which the bytes do not show: its key ends with `.br`.
    package var isBrotli: Bool { source.reference?.key.hasSuffix(".br") == true }
  }

  package enum Source: Hashable, Sendable {
    case text([UInt8])
    case configMap(Reference)
    case secret(Reference)
    case endpoint(Endpoint)
    case nothing(reason: Sentence)

    /// The key of a ConfigMap or Secret with the content; `nil` for other sources.
    package var reference: Reference? {
      switch self {
      case .configMap(let reference), .secret(let reference): reference
      case .text, .endpoint, .nothing: nil
      }
    }
  }

  /// A key of a ConfigMap or a Secret.
  package struct Reference: Hashable, Sendable {
    package var namespace: String
    package var name: String
    package var key: String
  }

  /// The most files of one object in `spec.assets.files`.
  private static let mostFiles = 1000

  package init(_ object: Object, dialect: Dialect) {
    self.object = RuleObject(object, .jsBundle, dialect)
    let isFirstDesign = dialect.era == .seed
    let link = Self.link(object, self.object, isFirstDesign)
    files = [
      File(path: link, contentType: Self.type(of: link), source: Self.source(object.spec, isFirstDesign: isFirstDesign))
    ]
    let assets = object.spec["assets"]
    if let style = assets?["style"] { add(style, type: nil, isFirstDesign) }
    let more = assets?["files"]?.sequence ?? []
    for file in more.prefix(Self.mostFiles) { add(file, type: file["mimeType"]?.string, isFirstDesign) }
    if more.count > Self.mostFiles {
      problems.append("of its \(more.count) files only the first \(Self.mostFiles) are served")
    }
    files = files.filter { file in
      guard file.path.hasPrefix("/dist/"), let path = try? RequestPath(file.path), path.decoded == file.path else {
        problems.append("\(Excerpt.shortened(file.path, to: 200)) is no path below /dist/")
        return false
      }
      if case .nothing(let reason) = file.source { problems.append("\(file.path): \(reason)") }
      return true
    }
  }

  private mutating func add(_ value: Value, type: String?, _ isFirstDesign: Bool) {
    guard let link = value["link"]?.string, !link.isEmpty else { return problems.append("an asset has no link") }
    let type = type.flatMap { HeaderName.isValue($0) && !$0.isEmpty ? $0 : nil }
    files.append(
      File(path: link, contentType: type, source: Self.source(endpoint: value, isFirstDesign)))
  }

  private static func link(_ object: Object, _ rule: RuleObject, _ isFirstDesign: Bool) -> String {
    let owner = rule.extension.isEmpty ? object.name : rule.extension
    guard isFirstDesign else { return object.status["link"]?.string ?? "/dist/\(owner)/index.js" }
    let name = ServedWords.fileName(object.spec)
    return "/dist/\(owner)/\(name.isEmpty ? "index.js" : name)"
  }

  private static func source(_ spec: Value, isFirstDesign: Bool) -> Source {
    if let raw = spec["raw"]?.string, !raw.isEmpty { return text(raw, isFirstDesign) }
    guard let from = spec["rawFrom"], from.mapping != nil else {
      return .nothing(reason: "there is neither raw nor rawFrom")
    }
    for (key, make) in [("configMapKeyRef", Source.configMap), ("secretKeyRef", Source.secret)] {
      guard let value = from[key], value.mapping != nil else { continue }
      guard let namespace = value["namespace"]?.string, let name = value["name"]?.string,
        let entry = value["key"]?.string,
        !namespace.isEmpty, !name.isEmpty, !entry.isEmpty
      else { return .nothing(reason: "\(key) needs a namespace, a name and a key") }
      return make(Reference(namespace: namespace, name: name, key: entry))
    }
    return source(endpoint: from, isFirstDesign)
  }

  private static func source(endpoint value: Value, _ isFirstDesign: Bool) -> Source {
    let endpoint = Endpoint(value, isFirstDesign: isFirstDesign)
    return endpoint.problem.map { .nothing(reason: $0) } ?? .endpoint(endpoint)
  }

  /// In the first design `raw` is the text; in the shipped one it is base64, which the shipped gateway decodes twice.
  private static func text(_ raw: String, _ isFirstDesign: Bool) -> Source {
    guard !isFirstDesign else { return .text(Array(raw.utf8)) }
    guard let once = Base64.decode(raw) else { return .nothing(reason: "raw is no base64") }
    let inner = String(decoding: once, as: UTF8.self)
    guard inner.utf8.count >= 8, inner.utf8.count % 4 == 0, let twice = Base64.decode(inner),
      String(validating: twice, as: UTF8.self) != nil
    else { return .text(once) }
    return .text(twice)
  }

  /// The content type of a file, by its extension.
  package static func type(of path: String) -> String {
    let end = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return [
      "css": "text/css; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/json",
      "map": "application/json", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "gif": "image/gif",
      "ico": "image/x-icon", "woff": "font/woff", "woff2": "font/woff2", "wasm": "application/wasm",
      "txt": "text/plain; charset=utf-8", "xml": "application/xml",
    ][end] ?? "application/javascript; charset=utf-8"
  }
}
