import Client
import Extensions
package import KubernetesAPI
import Manifest
package import Packages
import Platform

/// Details of one extension from the objects that belong to it, which lists do not show; fields as lines or blocks.
package struct ExtensionDetails: Hashable, Sendable {
  /// A field and its label.
  package struct Line: Hashable, Sendable {
    package let label: String
    package let value: String
  }

  /// Lines below a heading.
  package struct Block: Hashable, Sendable {
    package let title: String
    package let lines: [String]
  }

  /// The objects that the details are from, as far as they exist and may be read.
  package struct Sources: Sendable {
    package var `extension`: Object?
    /// A version of the extension.
    package var version: Object?
    package var repository: Object?
    package var category: Object?
    /// The objects that the gateway serves for it.
    package var served: [Object] = []
    package var package: Package?
    /// The name of its release.
    package var release = ""

    package init() {}
  }

  /// The fields that are not empty, in display order.
  package let lines: [Line]
  /// Fields that need more than a line.
  package let blocks: [Block]

  package init(_ sources: Sources) {
    let pairs =
      Self.extensionFields(sources.extension) + Self.versionFields(sources.version, beside: sources.extension)
      + Self.repositoryFields(sources.repository) + Self.categoryFields(sources.category)
    lines = pairs.filter { !$0.1.isEmpty }.map { Line(label: $0.0, value: $0.1) }
    blocks = Self.packageBlocks(sources.package, sources.release) + sources.served.map(Self.served)
  }

  private static func extensionFields(_ object: Object?) -> [(String, String)] {
    guard let object else { return [] }
    let minima = (object.status["versions"]?.sequence ?? []).reversed().compactMap { entry -> String? in
      let minimum = Chart.text(entry["minKubeVersion"])
      return minimum.isEmpty ? nil : "\(Chart.text(entry["version"])) from \(minimum)"
    }
    return [
      ("State word", Chart.text(object.status["state"])),
      ("Subscribed", Chart.text(object.status["subscribedVersion"])),
      ("Kubernetes", minima.joined(separator: ", ")), ("Icon", excerpt(object.spec["icon"])),
      ("Maintainers", each(object.spec["maintainers"], maintainer)), ("Labels", own(object.labels)),
    ]
  }

  private static func versionFields(_ object: Object?, beside extension: Object?) -> [(String, String)] {
    guard let object else { return [] }
    let spec = object.spec
    /// The text of a field if it differs from that of the extension, else empty.
    func other(_ key: String, _ words: (Value?) -> String) -> String {
      spec[key] == `extension`?.spec[key] ? "" : words(spec[key])
    }
    return [
      ("Version object", object.name), ("Version", Chart.text(spec["version"])),
      ("Its title", other("displayName") { Localized($0).text(in: "en") }),
      ("Its description", other("description") { Localized($0).text(in: "en") }),
      ("Its icon", other("icon", excerpt)), ("Its maintainers", other("maintainers") { each($0, maintainer) }),
      ("From", Chart.text(spec["repo"])), ("App version", Chart.text(spec["appVersion"])),
      ("Minimum Kubernetes", Chart.text(spec["minKubeVersion"])), ("Home", Chart.text(spec["home"])),
      ("Sources", list(spec["sources"])), ("Keywords", list(spec["keywords"])),
      ("Charts", each(spec["dependencies"], chart)), ("Digest", Chart.text(spec["digest"])),
      ("Annotations", own(object.annotations)),
    ]
  }

  private static func repositoryFields(_ object: Object?) -> [(String, String)] {
    guard let spec = object?.spec else { return [] }
    let address = Chart.text(spec["url"])
    return [
      ("Repository title", Localized(spec["displayName"]).text(in: "en")), ("Publisher", Chart.text(spec["publisher"])),
      ("Repository address", address.isEmpty ? Chart.text(spec["image"]) : address),
      ("Read every", Chart.text(spec[path: "updateStrategy", "registryPoll", "interval"])),
    ]
  }

  private static func categoryFields(_ object: Object?) -> [(String, String)] {
    guard let spec = object?.spec else { return [] }
    return [
      ("Category title", Localized(spec["displayName"]).text(in: "en")),
      ("Category about", Localized(spec["description"]).text(in: "en")), ("Category icon", excerpt(spec["icon"])),
    ]
  }

  private static func packageBlocks(_ package: Package?, _ release: String) -> [Block] {
    guard let sketches = package?.sketches(release: release) else { return [] }
    let grants = sketches.filter(\.isRoleTemplate).map(\.grant)
    let tests = sketches.filter(\.isTest).map { "\($0.kind) \($0.name) (\($0.file))" }
    return [
      Block(title: "What people may be granted", lines: grants), Block(title: "Tests of its chart", lines: tests),
    ]
    .filter { !$0.lines.isEmpty }
  }

  /// An object of the gateway: its state, its release, and its whole spec.
  private static func served(_ object: Object) -> Block {
    let said = ServedObject(object, kind: object.kind, dialect: .subscription).stateWords.english
    let state = said.isEmpty ? Chart.text(object.status["state"]) : said
    let release = object.annotations["meta.helm.sh/release-name"].map { ["release: \($0)"] } ?? []
    let link = Chart.text(object.status["link"])
    let spec = YAML.text(shortened(object.spec)).split(separator: "\n").map(String.init)
    return Block(
      title: "\(object.kind) \(object.name)" + (state.isEmpty ? "" : ", \(state)"),
      lines: release + (link.isEmpty ? [] : ["link: \(link)"]) + spec)
  }

  /// Shortens long strings such as scripts and certificates; their length is added.
  private static func shortened(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(excerpt(text))
    case .sequence(let items): .sequence(items.map(shortened))
    case .mapping(let mapping):
      .mapping(Mapping(mapping.pairs.map { Mapping.Pair(key: $0.key, value: shortened($0.value)) }))
    default: value
    }
  }

  private static func excerpt(_ value: Value?) -> String { excerpt(Chart.text(value)) }

  private static func excerpt(_ text: String) -> String {
    let start = text.prefix { !$0.isNewline }.prefix(120)
    return start.count == text.count ? text : "\(start)… (\(text.utf8.count) bytes)"
  }

  /// Entries other than those of kubectl and `kubesphere.io`, such as `extensions.kubesphere.io/foo=bar`.
  private static func own(_ pairs: [String: String]) -> String {
    pairs.filter { !$0.key.hasPrefix("kubectl.kubernetes.io/") && !$0.key.hasPrefix("kubesphere.io/") }
      .sorted { $0.key < $1.key }.map { "\($0.key)=\(excerpt($0.value))" }.joined(separator: ", ")
  }

  /// A string or a list of strings; the first design has a string where others have a list.
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
