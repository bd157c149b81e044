import Manifest
import Platform

extension ChartCheck {
  /// Contents that have another effect than they seem to have, or none.
  static let effectChecks: [ChartCheck] = [
    // A published package has `v1` here.
    ChartCheck(id: "api-version", severity: .warning) { checked in
      guard let version = checked.manifest?["apiVersion"], let text = version.text, text.hasPrefix("kubesphere.io/"),
        text != Self.apiVersion
      else { return [] }
      return [("extension.yaml", version.line, "apiVersion is \(Self.apiVersion), not \(text)")]
    },
    ChartCheck(id: "chart-version", severity: .warning) { checked in
      guard checked.chartFile == "Chart.yaml", let version = checked.chart?["apiVersion"], let text = version.text,
        !["", "v1", "v2"].contains(text)
      else { return [] }
      return [("Chart.yaml", version.line, "helm 4 refuses a chart of apiVersion \(text): v2 is expected")]
    },
    ChartCheck(id: "keys", severity: .warning) { checked in
      guard case .mapping(let pairs)? = checked.manifest?.content else { return [] }
      return pairs.compactMap { pair in
        guard let key = pair.key.text, !Self.keys.contains(key) else { return nil }
        let hint = suggestion(for: key, among: Self.keys)
        // A key that resembles none may be the author's own.
        return hint.isEmpty ? nil : ("extension.yaml", pair.key.line, "\(key) is not read\(hint)")
      }
    },
    ChartCheck(id: "tags", severity: .warning) { checked in
      guard checked.manifest != nil else { return [] }
      return checked.dependencies.items.flatMap { item -> [Problem] in
        guard case .sequence(let tags)? = item["tags"]?.content else { return [] }
        return tags.filter { !["extension", "agent"].contains($0.text) }.map {
          (
            checked.dependencies.file, $0.line,
            "the tag \($0.text ?? "here") is neither extension nor agent, and so the chart is installed everywhere"
          )
        }
      }
    },
    ChartCheck(id: "both-tags", severity: .warning) { checked in
      guard checked.manifest != nil else { return [] }
      return checked.dependencies.items.filter { item in
        guard case .sequence(let tags)? = item["tags"]?.content, item["condition"]?.text?.isEmpty == false else {
          return false
        }
        return ["extension", "agent"].allSatisfy { tag in tags.contains { $0.text == tag } }
      }.map {
        (
          checked.dependencies.file, $0.line,
          "the chart \($0["name"]?.text ?? "") has both tags and a condition, which KubeSphere switches off everywhere"
        )
      }
    },
    ChartCheck(id: "agents", severity: .warning) { checked in
      guard let manifest = checked.manifest else { return [] }
      let (mode, parts) = (manifest["installationMode"], checked.package.parts)
      let idle = zip(checked.dependencies.items, parts).filter { $0.1.place == .nowhere }
      if !idle.isEmpty {
        return idle.map {
          (
            checked.dependencies.file, $0.0.line,
            "the chart \($0.1.name) is for agents, and installed nowhere: without installationMode Multicluster there are none"
          )
        }
      }
      guard mode?.text == "Multicluster", !parts.isEmpty, parts.allSatisfy({ $0.place == .host }),
        !checked.package.files.keys.contains(where: { $0.hasPrefix("templates/") })
      else { return [] }
      return [
        ("extension.yaml", mode?.line, "installationMode is Multicluster, and no chart is for agents: they are empty")
      ]
    },
    ChartCheck(id: "dependency-versions", severity: .warning) { $0.mismatchedDependencies },
    ChartCheck(id: "screenshots", severity: .warning) { checked in
      guard case .sequence(let items)? = checked.manifest?["screenshots"]?.content else { return [] }
      return items.filter { checked.isAbsent($0) }.map {
        ("extension.yaml", $0.line, "the screenshot \($0.text ?? "") is not in the package")
      }
    },
  ]

  private static let apiVersion = "kubesphere.io/v1alpha1"

  /// The keys that ksbuilder and KubeSphere read (docs/KUBESPHERE.md: Packages).
  private static let keys = [
    "apiVersion", "kind", "name", "version", "displayName", "description", "category", "keywords", "home", "docs",
    "sources", "kubeVersion", "ksVersion", "maintainers", "provider", "staticFileDirectory", "icon", "screenshots",
    "dependencies", "installationMode", "namespace", "images", "externalDependencies", "annotations", "metadata",
  ]
}

extension CheckedPackage {
  /// Whether `node` names a file that the package does not have.
  func isAbsent(_ node: YAMLNode) -> Bool {
    guard let text = node.text, !text.isEmpty, !text.contains(":") else { return false }
    return (try? TarReader.safe(text)).map { package.files[$0] == nil } ?? true
  }

  /// Charts in the package whose versions are not allowed by the dependency: helm 3.17 uses them, but without their
  /// alias.
  fileprivate var mismatchedDependencies: [ChartCheck.Problem] {
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

  /// Rules in `role` that the API server rejects, in its own words where it has any.
  func badRules(in role: YAMLNode) -> [ChartCheck.Problem] {
    guard case .sequence(let rules)? = role["rules"]?.content else { return [] }
    return rules.flatMap { rule -> [ChartCheck.Problem] in
      guard case .mapping(let pairs) = rule.content else {
        return [("permissions.yaml", rule.line, "a rule is a mapping")]
      }
      let unknown = pairs.compactMap { pair -> ChartCheck.Problem? in
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
