import Manifest
import Platform

extension ChartCheck {
  /// What is read otherwise than it looks, or not at all.
  static let meanings: [ChartCheck] = [
    // A genuine package has `v1` there.
    ChartCheck(id: "api-version", severity: .warning) { checked in
      guard let version = checked.manifest?["apiVersion"], let text = version.text, text.hasPrefix("kubesphere.io/"),
        text != Self.apiVersion
      else { return [] }
      return [("extension.yaml", version.line, "apiVersion is \(Self.apiVersion), not \(text)")]
    },
    ChartCheck(id: "keys", severity: .warning) { checked in
      guard case .mapping(let pairs)? = checked.manifest?.content else { return [] }
      return pairs.compactMap { pair in
        guard let key = pair.key.text, !Self.keys.contains(key) else { return nil }
        let hint = suggestion(for: key, among: Self.keys)
        // Others may mean something to the author.
        return hint.isEmpty ? nil : ("extension.yaml", pair.key.line, "\(key) is not read\(hint)")
      }
    },
    ChartCheck(id: "tags", severity: .warning) { checked in
      guard checked.manifest != nil else { return [] }
      return checked.dependencies.items.flatMap { item -> [Place] in
        guard case .sequence(let tags)? = item["tags"]?.content else { return [] }
        return tags.filter { !["extension", "agent"].contains($0.text) }.map {
          (
            checked.dependencies.file, $0.line,
            "the tag \($0.text ?? "here") is neither extension nor agent, and so the chart is installed everywhere"
          )
        }
      }
    },
    ChartCheck(id: "dependency-versions", severity: .warning) { $0.unlikeDependencies },
    ChartCheck(id: "screenshots", severity: .warning) { checked in
      guard case .sequence(let items)? = checked.manifest?["screenshots"]?.content else { return [] }
      return items.filter { checked.isAbsent($0) }.map {
        ("extension.yaml", $0.line, "the screenshot \($0.text ?? "") is not in the package")
      }
    },
  ]

  private static let apiVersion = "kubesphere.io/v1alpha1"

  /// What ksbuilder and KubeSphere read (docs/KUBESPHERE.md: Packages).
  private static let keys = [
    "apiVersion", "kind", "name", "version", "displayName", "description", "category", "keywords", "home", "docs",
    "sources", "kubeVersion", "ksVersion", "maintainers", "provider", "staticFileDirectory", "icon", "screenshots",
    "dependencies", "installationMode", "namespace", "images", "externalDependencies", "annotations", "metadata",
  ]
}

extension CheckedPackage {
  /// Whether `node` names a file, and the package has none of that name.
  func isAbsent(_ node: YAMLNode) -> Bool {
    guard let text = node.text, !text.isEmpty, !text.contains(":") else { return false }
    return (try? TarReader.safe(text)).map { package.files[$0] == nil } ?? true
  }

  /// Charts in the package whose version is none that is asked for: helm 3.17 takes them, but gives them no alias.
  fileprivate var unlikeDependencies: [ChartCheck.Place] {
    let (file, items) = dependencies
    let held = items.isEmpty ? [:] : package.heldVersions
    return items.compactMap { item in
      guard let name = item["name"]?.text, let wanted = item["version"]?.text, !wanted.isEmpty else { return nil }
      let line = item["version"]?.line
      guard let constraint = VersionConstraint(wanted) else {
        return (file, line, "the version of \(name), \(wanted), is not a constraint such as >=1.0.0")
      }
      guard let version = held[name].flatMap(SemanticVersion.init), !constraint.allows(version) else { return nil }
      let alias = item["alias"]?.text.map { ", and not as \($0)" } ?? ""
      return (file, line, "charts/ has \(name) \(held[name] ?? ""), not \(wanted): helm takes it all the same\(alias)")
    }
  }

  /// Rules in `role` that the API server refuses: by its own words where it would have some.
  func badRules(in role: YAMLNode) -> [ChartCheck.Place] {
    guard case .sequence(let rules)? = role["rules"]?.content else { return [] }
    return rules.flatMap { rule -> [ChartCheck.Place] in
      guard case .mapping(let pairs) = rule.content else {
        return [("permissions.yaml", rule.line, "a rule is a mapping")]
      }
      let unknown = pairs.compactMap { pair -> ChartCheck.Place? in
        guard let key = pair.key.text, !Self.ruleKeys.contains(key) else { return nil }
        return (
          "permissions.yaml", pair.key.line, "\(key) is no field of a rule\(suggestion(for: key, among: Self.ruleKeys))"
        )
      }
      if !unknown.isEmpty { return unknown }
      func isEmpty(_ key: String) -> Bool { rule[key]?.value.sequence?.isEmpty ?? true }
      if isEmpty("verbs") { return [("permissions.yaml", rule.line, "verbs must contain at least one value")] }
      if !isEmpty("nonResourceURLs") { return [] }
      return ["apiGroups": "api group", "resources": "resource"].filter { isEmpty($0.key) }.sorted { $0.key < $1.key }
        .map {
          ("permissions.yaml", rule.line, "resource rules must supply at least one \($0.value)")
        }
    }
  }

  private static let ruleKeys = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]
}
