import KubernetesAPI
import Manifest
package import Packages
import Platform

/// Checks the objects that a package has the gateway serve against the rules of the gateway and KubeSphere's webhooks.
package struct PackageRules: Sendable {
  /// The errors, file by file.
  package private(set) var findings: [ChartCheck.Finding] = []
  private let name: String
  private let isShipped: Bool
  /// The namespaces that it may serve content from.
  private let namespaces: Set<String>
  private var claims: Set<String> = []

  /// Checks the templates of `package`, and of the charts that are unpacked in it.
  package init(_ package: Package, name: String) {
    self.name = name
    isShipped = package.files["extension.yaml"] != nil
    namespaces = ["extension-\(name)", (try? package.extensionManifest())?.namespace ?? ""]
    for file in package.files.keys.sorted() where Self.isTemplate(file) {
      let text = package.text(file) ?? ""
      var seen: [String: Int] = [:]
      for sketch in TemplateSketch.all(text, file: file, release: name) {
        let number = seen[sketch.kind, default: 0]
        seen[sketch.kind] = number + 1
        check(sketch, line: Self.line(of: sketch.kind, number, in: text))
      }
    }
  }

  private static func isTemplate(_ path: String) -> Bool {
    let folder = path.hasPrefix("templates/") || path.containsText("/templates/")
    return folder && (path.hasSuffix(".yaml") || path.hasSuffix(".yml"))
  }

  /// The line of the `number`th object of a kind.
  private static func line(of kind: String, _ number: Int, in text: String) -> Int? {
    text.lines.enumerated().filter { $0.element.trimmed() == "kind: \(kind)" }.dropFirst(number).first.map {
      $0.offset + 1
    }
  }

  private mutating func check(_ sketch: TemplateSketch, line: Int?) {
    let version = Chart.text(sketch.value["apiVersion"])
    // A group that only rendering determines is taken for the group of the package's form.
    let isOurs =
      version.hasPrefix("kubesphere.io/") || version.hasPrefix("extensions.kubesphere.io/") || version.containsText("…")
    guard isOurs, ["APIService", "JSBundle", "ReverseProxy", "ExtensionEntry"].contains(sketch.kind) else { return }
    let dialect = version.hasPrefix("extensions.") || isShipped ? Dialect.installPlan : .subscription
    var object = Object(Self.rendered(sketch.value))
    if object.labels[dialect.extensionLabel] == nil {
      object = Object(object.value.setting(["metadata", "labels", dialect.extensionLabel], to: .string(name)))
    }
    // A value that only rendering determines cannot be checked here.
    for problem in problems(of: object, sketch.kind, dialect) where !problem.containsText(Self.unknown) {
      findings.append(
        ChartCheck.Finding(
          check: "served", severity: .error, file: sketch.file, line: line,
          text: "\(sketch.kind) \(sketch.name): \(problem)"))
    }
  }

  /// The errors of `object` itself, and its conflicts with earlier objects.
  private mutating func problems(of object: Object, _ kind: String, _ dialect: Dialect) -> [String] {
    switch kind {
    case "APIService":
      let rule = APIServiceRule(object, dialect: dialect)
      return rule.problems.map(\.english) + claim("\(rule.group)/\(rule.version)", "the API")
    case "JSBundle": return problems(of: JSBundleRule(object, dialect: dialect), dialect)
    case "ExtensionEntry": return problems(ofEntriesOf: object)
    default:
      let rule = ReverseProxyRule(object, dialect: dialect)
      return rule.matchers.reduce(into: rule.problems.map(\.english)) {
        $0 += claim("\($1.method ?? "*") \($1.path.text)", "the matcher")
      }
    }
  }

  private mutating func problems(of rule: JSBundleRule, _ dialect: Dialect) -> [String] {
    let claimed = rule.files.reduce(into: rule.problems.map(\.english)) { $0 += claim($1.path, "the path") }
    let misplaced = rule.files.filter { dialect == .installPlan && !$0.path.hasPrefix("/dist/\(name)/") }
    return claimed + misplaced.map { "KubeSphere refuses \($0.path): a link begins with /dist/\(name)/" }
      + rule.files.compactMap(foreignNamespaceProblem)
  }

  private mutating func problems(ofEntriesOf object: Object) -> [String] {
    var problems: [String] = []
    for (place, entry) in (object.spec["entries"]?.sequence ?? []).enumerated() where entry.mapping != nil {
      let name = Chart.text(entry["name"])
      problems +=
        name.isEmpty
        ? ["spec.entries[\(place)] has no name, by which the web console knows it"] : claim(name, "the entry")
    }
    return problems
  }

  /// Why the gateway does not serve a file from a foreign namespace; in the first design the user chooses the
  /// namespaces when it is installed.
  private func foreignNamespaceProblem(_ file: JSBundleRule.File) -> String? {
    guard isShipped else { return nil }
    switch file.source {
    case .configMap(let reference), .secret(let reference):
      let namespace = reference.namespace
      guard !namespaces.contains(namespace), !namespace.containsText(Self.unknown) else { return nil }
      return "the gateway answers 503: \(reference.name) is in \(namespace), which is no namespace of the extension"
    case .text, .endpoint, .nothing: return nil
    }
  }

  /// The placeholder for values that only rendering determines; it is valid as a name.
  private static let unknown = "rendered"

  private static func rendered(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(text.replacingText("…", with: unknown))
    case .sequence(let items): .sequence(items.map(rendered))
    case .mapping(let mapping):
      .mapping(Mapping(mapping.pairs.map { Mapping.Pair(key: $0.key, value: rendered($0.value)) }))
    default: value
    }
  }

  /// Notes that an object serves `what`; returns the problem if another object of the package does already.
  private mutating func claim(_ what: String, _ title: String) -> [String] {
    if what.containsText(Self.unknown) { return [] }
    let claim = "\(title) \(what)"
    return claims.insert(claim).inserted ? [] : ["\(claim) is another object's of the package already"]
  }
}
