import Client
import Extensions
package import KubernetesAPI
import Manifest
import Packages

/// What the objects around one extension say beyond what every list shows: its version's, its repository's and its
/// category's fields, a line for each.
package struct ExtensionDetails: Hashable, Sendable {
  /// One field with its name for a reader.
  package struct Line: Hashable, Sendable {
    package let label: String
    package let value: String
  }

  /// Those that say something, in the order in which they are shown.
  package let lines: [Line]

  /// The fields of `version`, which may be any version of the extension, and of what it comes from and belongs to.
  package init(version: Object?, repository: Object?, category: Object?) {
    let pairs = Self.versionFields(version) + Self.repositoryFields(repository) + Self.categoryFields(category)
    lines = pairs.filter { !$0.1.isEmpty }.map { Line(label: $0.0, value: $0.1) }
  }

  private static func versionFields(_ object: Object?) -> [(String, String)] {
    guard let object else { return [] }
    let spec = object.spec
    let texts = [
      ("Version object", object.name), ("App version", Chart.text(spec["appVersion"])),
      ("Minimum Kubernetes", Chart.text(spec["minKubeVersion"])), ("Home", Chart.text(spec["home"])),
      ("Sources", list(spec["sources"])), ("Keywords", list(spec["keywords"])),
    ]
    let annotations = object.annotations.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return texts + [
      ("Maintainers", each(spec["maintainers"], maintainer)), ("Charts", each(spec["dependencies"], chart)),
      ("Digest", Chart.text(spec["digest"])), ("Annotations", annotations.joined(separator: ", ")),
    ]
  }

  private static func repositoryFields(_ object: Object?) -> [(String, String)] {
    guard let spec = object?.spec else { return [] }
    let address = Chart.text(spec["url"])
    return [
      ("Repository title", Chart.text(spec["displayName"])), ("Publisher", Chart.text(spec["publisher"])),
      ("Repository address", address.isEmpty ? Chart.text(spec["image"]) : address),
      ("Read every", Chart.text(spec[path: "updateStrategy", "registryPoll", "interval"])),
    ]
  }

  private static func categoryFields(_ object: Object?) -> [(String, String)] {
    guard let spec = object?.spec else { return [] }
    return [
      ("Category title", Localized(spec["displayName"]).text(in: "en")),
      ("Category about", Localized(spec["description"]).text(in: "en")),
    ]
  }

  /// The first design has one text where others have a list.
  private static func list(_ value: Value?) -> String {
    value?.sequence?.map { Chart.text($0) }.joined(separator: ", ") ?? Chart.text(value)
  }

  private static func each(_ value: Value?, _ words: (Value) -> String) -> String {
    (value?.sequence ?? []).map(words).joined(separator: "; ")
  }

  private static func maintainer(_ value: Value) -> String {
    let email = Chart.text(value["email"])
    return [Chart.text(value["name"]), email.isEmpty ? "" : "<\(email)>", Chart.text(value["url"])]
      .filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// `jenkins v0.0.1 as ci, if ci.enabled, tags build, from https://charts.example`.
  private static func chart(_ value: Value) -> String {
    let name = [Chart.text(value["name"]), Chart.text(value["version"])].filter { !$0.isEmpty }.joined(separator: " ")
    let alias = Chart.text(value["alias"])
    let rest = [
      ("if", Chart.text(value["condition"])), ("tags", list(value["tags"])), ("from", Chart.text(value["repository"])),
      ("with", value["import-values"].map(JSON.text) ?? ""),
    ]
    let words = rest.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }
    return ([alias.isEmpty ? name : "\(name) as \(alias)"] + words).joined(separator: ", ")
  }
}

extension ClusterReader {
  /// The details of the extension in `row`: of the version that runs, else the one that is wanted, else recommended.
  ///
  /// What may not be read is left out.
  package func details(of row: ExtensionRow) async -> ExtensionDetails {
    let candidates = [row.status.running, row.status.wanted, row.recommended]
    let shown = VersionText(candidates.first { !$0.isEmpty } ?? "")
    let versions = (try? await versions(of: row.name, isWhole: false)) ?? []
    let version = versions.first { VersionText(Chart.text($0.spec["version"])) == shown } ?? versions.first
    let source = row.repository.isEmpty ? Chart.text(version?.spec["repo"]) : row.repository
    return ExtensionDetails(
      version: version, repository: try? await find(dialect.repositories, source),
      category: try? await find(dialect.categories, row.category))
  }

  private func find(_ resource: Resource, _ name: String) async throws(ClusterError) -> Object? {
    name.isEmpty ? nil : try await cluster.get(resource, name)
  }
}
