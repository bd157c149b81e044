import Manifest

extension ChartCheck {
  /// Every check; a new one is added to one of these lists.
  package static let all: [ChartCheck] = identity + descriptions + contents + effectChecks

  private static let identity: [ChartCheck] = [
    ChartCheck(id: "readable", severity: .error) { $0.unreadable },
    ChartCheck(id: "meant", severity: .warning) { $0.ambiguous },
    ChartCheck(id: "names-agree", severity: .error) { checked in
      guard let name = checked.manifest?["name"], let chart = checked.chart?["name"]?.text, name.text != chart else {
        return []
      }
      return [("extension.yaml", name.line, "the name is \(name.text ?? "no text"), and Chart.yaml says \(chart)")]
    },
    ChartCheck(id: "version", severity: .error) { checked in
      guard let version = checked.chart?["version"] else {
        return checked.chart == nil ? [] : [(checked.chartFile, nil, "there is no version")]
      }
      let text = version.text ?? ""
      if SemanticVersion(text) != nil { return [] }
      let problem = text.isEmpty ? "there is no version" : "\(text) is not a version such as 1.2.0"
      return [(checked.chartFile, version.line, problem)]
    },
    ChartCheck(id: "constraints", severity: .error) { checked in
      ["kubeVersion", "ksVersion"].compactMap { key -> Problem? in
        guard let node = checked.manifest?[key], let text = node.text, !text.isEmpty,
          VersionConstraint(text) == nil
        else { return nil }
        return ("extension.yaml", node.line, "\(key) is not a constraint such as >=1.19.0: \(text)")
      }
    },
  ]

  private static let descriptions: [ChartCheck] = [
    ChartCheck(id: "icon", severity: .warning) { checked in
      guard let icon = checked.manifest?["icon"], checked.isAbsent(icon) else { return [] }
      return [("extension.yaml", icon.line, "the icon \(icon.text ?? "") is not in the package")]
    },
    ChartCheck(id: "readme", severity: .warning) { checked in
      checked.package.readme(in: "en") == nil ? [("README.md", nil, "there is no README")] : []
    },
  ]
}
