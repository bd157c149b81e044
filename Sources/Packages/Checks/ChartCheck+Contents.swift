import Manifest
import Platform

extension ChartCheck {
  /// What KubeSphere's controllers or the API server would reject later.
  static let contents: [ChartCheck] = [
    ChartCheck(id: "name", severity: .error) { checked in
      guard let name = checked.chart?["name"] else {
        return checked.chart == nil ? [] : [(checked.chartFile, nil, "there is no name")]
      }
      let text = name.text ?? ""
      if PackageName.isName(text) { return [] }
      let problem =
        text.isEmpty ? "there is no name" : "\(text) is no name of at most 63 small letters, digits, dots and hyphens"
      return [(checked.chartFile, name.line, problem)]
    },
    ChartCheck(id: "version-as-name", severity: .error) { checked in
      guard let version = checked.chart?["version"], let parsed = SemanticVersion(version.text ?? "") else { return [] }
      let text = version.text ?? ""
      if !parsed.build.isEmpty {
        return [(checked.chartFile, version.line, "\(text) has build metadata, which no object's name can have")]
      }
      if PackageName.isName(text) { return [] }
      return [(checked.chartFile, version.line, "\(text) cannot be part of an object's name: use small letters")]
    },
    ChartCheck(id: "versions-agree", severity: .error) { checked in
      guard let version = checked.manifest?["version"], let chart = checked.chart?["version"]?.text,
        version.text != chart
      else { return [] }
      return [
        ("extension.yaml", version.line, "the version is \(version.text ?? "no text"), and Chart.yaml says \(chart)")
      ]
    },
    ChartCheck(id: "required", severity: .error) { checked in
      guard let manifest = checked.manifest else { return [] }
      // If `extension.yaml` is the chart file, the checks `name` and `version` already require these.
      let own = checked.chartFile == "extension.yaml" ? [] : ["name", "version"]
      return (["apiVersion"] + own + ["displayName", "description", "category", "provider", "icon"])
        .filter { manifest[$0] == nil }.map { ("extension.yaml", nil, "there is no \($0)") }
    },
    ChartCheck(id: "languages", severity: .error) { checked in
      ["displayName", "description", "provider"].flatMap { key -> [Problem] in
        guard let node = checked.manifest?[key] else { return [] }
        guard case .mapping(let pairs) = node.content else {
          return [("extension.yaml", node.line, "\(key) is a mapping from languages, such as en and zh")]
        }
        return pairs.filter { !PackageName.isLanguage($0.key.text ?? "") }.map { pair in
          let code = pair.key.text ?? "this"
          return (
            "extension.yaml", pair.key.line, "\(key): \(code) is no language code of ISO 639-1, such as en or zh"
          )
        }
      }
    },
    ChartCheck(id: "installation-mode", severity: .error) { checked in
      guard let mode = checked.manifest?["installationMode"], !["HostOnly", "Multicluster"].contains(mode.text) else {
        return []
      }
      return [("extension.yaml", mode.line, "installationMode is HostOnly or Multicluster")]
    },
    ChartCheck(id: "dependency-names", severity: .error) { checked in
      checked.dependencies.items.filter { ($0["name"]?.text ?? "").isEmpty }.map {
        (checked.dependencies.file, $0.line, "a dependency has no name")
      }
    },
    // A warning, as in `helm lint`: such a chart can be listed and served, although helm neither packs nor installs it.
    ChartCheck(id: ChartCheck.dependencies, severity: .warning) { $0.absentDependencies },
    ChartCheck(id: "external-dependencies", severity: .error) { checked in
      guard case .sequence(let items)? = checked.manifest?["externalDependencies"]?.content else { return [] }
      return items.flatMap { item -> [Problem] in
        let version = item["version"]
        if (item["name"]?.text ?? "").isEmpty { return [("extension.yaml", item.line, "a dependency has no name")] }
        guard let text = version?.text, !text.isEmpty, VersionConstraint(text) == nil else { return [] }
        return [("extension.yaml", version?.line, "version is not a constraint such as >=1.0.0: \(text)")]
      }
    },
    ChartCheck(id: "images", severity: .error) { checked in
      guard let images = checked.manifest?["images"], images.value != .null else { return [] }
      guard case .sequence(let items) = images.content else {
        return [("extension.yaml", images.line, "images is a list of names")]
      }
      return items.filter { !PackageName.isImage($0.text ?? "") }.map { item in
        let text = "\(item.text ?? "this") is no name of an image, such as docker.io/library/busybox:1.36"
        return ("extension.yaml", item.line, text)
      }
    },
    ChartCheck(id: "values", severity: .error) { checked in
      guard let values = checked.values, values.value != .null, values.value.mapping == nil else { return [] }
      return [("values.yaml", values.line, "the values are a mapping")]
    },
    ChartCheck(id: "permissions", severity: .error) { $0.badPermissions },
    // The limit of helm 3.17.3 and later.
    ChartCheck(id: "file-size", severity: .error) { checked in
      checked.package.files.filter { $0.value.count > 5_242_880 }.map(\.key).sorted().map {
        ($0, nil, "it has more than the 5242880 bytes that helm takes of one file")
      }
    },
    ChartCheck(id: "size", severity: .warning) { checked in
      let size = checked.package.archive(folder: "chart").count
      guard size > 700 << 10 else { return [] }
      let text = "packed it has \(size) bytes, more than a ConfigMap holds: it is fetched anew for each installation"
      return [(checked.chartFile, nil, text)]
    },
  ]
}

extension CheckedPackage {
  /// The dependencies, and the file that lists them.
  var dependencies: (file: String, items: [YAMLNode]) {
    if case .sequence(let items)? = requirements?["dependencies"]?.content { return ("requirements.yaml", items) }
    let file = chart?["dependencies"] == nil ? "extension.yaml" : chartFile
    guard case .sequence(let items)? = (chart?["dependencies"] ?? manifest?["dependencies"])?.content else {
      return (file, [])
    }
    return (file, items)
  }

  /// Dependencies that are not in the package.
  var absentDependencies: [ChartCheck.Problem] {
    let (file, items) = dependencies
    let held = package.bundledCharts
    return items.compactMap { item in
      guard let name = item["name"]?.text, !name.isEmpty, !held.contains(name) else { return nil }
      let repository = item["repository"]?.text ?? ""
      let hint =
        repository.isEmpty
        ? "names no repository: helm neither packs nor installs it so"
        : "has not been fetched: ksxd package build does that"
      return (file, item.line, "the chart \(name) is not in charts/, and \(hint)")
    }
  }

  /// Documents of `permissions.yaml` that are not valid roles.
  var badPermissions: [ChartCheck.Problem] {
    guard let text = package.permissions else { return [] }
    let documents: [YAMLNode]
    do { documents = try YAML.documents(text) } catch {
      return [("permissions.yaml", error.line, error.problem.english)]
    }
    return documents.flatMap { node -> [ChartCheck.Problem] in
      if node.value == .null { return [] }
      guard let kind = node["kind"]?.text, ["ClusterRole", "Role"].contains(kind) else {
        return [("permissions.yaml", node.line, "a ClusterRole or a Role is expected")]
      }
      guard case .sequence? = node["rules"]?.content else {
        return [("permissions.yaml", node.line, "the \(kind) has no rules")]
      }
      return badRules(in: node)
    }
  }
}
