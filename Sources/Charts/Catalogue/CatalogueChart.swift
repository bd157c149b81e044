import Manifest
import Packages

/// Generates the chart of one version of a marketplace entry.
///
/// The templates use plain substitution only, so that they can be installed without helm. The API group of the
/// gateway's objects differs between the dialects; the charts take it from `.Values.global.servingGroup`, which the
/// installation controller sets.
struct CatalogueChart {
  let entry: CatalogueEntry
  let version: CatalogueVersion

  var package: Package {
    var files: [String: String] = [
      "Chart.yaml": chart, "values.yaml": values, "README.md": readme, "CHANGELOG.md": changelog,
      "extension.yaml": manifest, "static/icon.svg": entry.icon.svg,
    ]
    if !entry.about.chinese.isEmpty { files["README_zh.md"] = chineseReadme }
    for part in parts { files.merge(part.templates) { $1 } }
    return Package(files: files.mapValues { Array($0.utf8) })
  }

  private var parts: [CataloguePart] { entry.parts + version.parts }

  private var chart: String {
    YAML.text([
      "apiVersion": "v2", "name": .string(entry.name), "version": .string(version.number),
      "appVersion": .string(version.number), "description": .string(entry.summary.english), "type": "application",
      "icon": "static/icon.svg",
    ])
  }

  private var manifest: String {
    let provider: (String) -> Value = { ["name": .string($0), "email": "hello@meadow.example"] }
    var manifest: Mapping = [
      "apiVersion": "kubesphere.io/v1alpha1", "name": .string(entry.name), "version": .string(version.number),
      "displayName": entry.title.value, "description": entry.summary.value, "category": .string(entry.category),
      "keywords": .sequence(entry.keywords.map(Value.string)),
      "home": .string("https://meadow.example/\(entry.name)"), "kubeVersion": .string(version.kubeVersion),
      "provider": ["en": provider(entry.provider.english), "zh": provider(entry.provider.chinese)],
      "icon": "./static/icon.svg", "installationMode": "HostOnly",
    ]
    if !version.dependencies.isEmpty {
      manifest["externalDependencies"] = .sequence(
        version.dependencies.map { dependency in
          [
            "name": .string(dependency.name), "type": "extension", "version": .string(dependency.version),
            "required": .bool(dependency.isRequired),
          ]
        })
    }
    return YAML.text(.mapping(manifest))
  }

  private var values: String {
    let head = """
      # Values of \(entry.title.english) \(version.number).

      global:
        # The API group of what the gateway serves. The installer sets it.
        servingGroup: extensions.kubesphere.io

      """
    return ([head] + parts.map(\.values)).filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var readme: String {
    """
    # \(entry.title.english)

    \(entry.summary.english)

    \(entry.about.english)

    ## Values

    See the comments in `values.yaml`. Changing one of them upgrades the release in place.

    ## Uninstalling

    Everything the chart made is removed; its namespace stays.

    """
  }

  private var chineseReadme: String {
    """
    # \(entry.title.chinese)

    \(entry.summary.chinese)

    \(entry.about.chinese)

    ## 配置

    参见 `values.yaml` 中的注释。修改任意一项都会就地升级。

    ## 卸载

    移除此扩展创建的所有对象，命名空间保留。

    """
  }

  /// The changes of this version and the ones before it, newest first.
  private var changelog: String {
    let upToThis = entry.versions.prefix { $0.number != version.number } + [version]
    let chapters = upToThis.reversed().map { version in
      "## \(version.number) (\(version.date))\n\n" + version.changes.map { "- \($0)\n" }.joined()
    }
    return "# Changelog\n\n" + chapters.joined(separator: "\n")
  }
}

extension LocalizedText {
  fileprivate var value: Value { ["en": .string(english), "zh": .string(chinese)] }
}
