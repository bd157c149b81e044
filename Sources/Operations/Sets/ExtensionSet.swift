package import Extensions
import HTTP
package import KubernetesAPI
package import Manifest
import Packages
import Platform

/// The extensions and repositories that the users of a cluster ask for, as a file for version control.
///
/// The format is the same in every dialect. Passwords of repositories are left out. Configs are verbatim, including
/// secrets that users have put into them.
package struct ExtensionSet: Hashable, Sendable {
  /// The wanted state of one extension; what is `nil` is left unchanged.
  package struct Member: Hashable, Sendable {
    package var name: String
    package var version: String
    package var isEnabled: Bool?
    /// YAML, byte for byte.
    package var config: String?
    /// The value of `spec.clusterScheduling`: the member clusters, and their overrides of the config.
    package var placement: Value?
    /// The reason for this state; it is recorded with a change, and is never a difference itself.
    package var reason = ""

    package init(_ name: String, version: String) { (self.name, self.version) = (name, version) }
  }

  /// A repository, with the fields of all dialects as strings and booleans.
  package struct Repository: Hashable, Sendable {
    package var name: String
    package var fields: Mapping

    /// An address with a scheme becomes `url`, whichever field the dialect has for it; `image` is the name of an image.
    package init(_ name: String, _ fields: Mapping) {
      (self.name, self.fields) = (name, fields)
      guard let image = fields["image"]?.string, image.containsText("://") else { return }
      self.fields["image"] = nil
      self.fields["url"] = .string(Redaction.withoutUserInfo(image))
    }
  }

  package var repositories: [Repository] = []
  package var members: [Member] = []
  /// Whether the file has repositories; if not, those of the cluster are left alone.
  package var hasRepositoryList = true
  /// Whether the file has extensions.
  package var hasExtensionList = true

  package init() {}

  /// The set of a cluster, from its installations and repositories.
  ///
  /// `config` returns the text of an installation's config as it was written, for clusters that store it in another
  /// form.
  package init(
    _ installations: [Object], repositories objects: [Object], dialect: Dialect,
    config: (Installation) -> String = \.config
  ) {
    repositories = objects.filter { !$0.isBeingDeleted }.map { Repository($0) }.sorted { $0.name < $1.name }
    let latest = installations.filter { !$0.isBeingDeleted }
    let all = Installations(latest.map(Installation.init))
    members = latest.filter { all.of(Installation($0).extension)?.name == $0.name }
      .map { Member($0, dialect, config: config) }.sorted { $0.name < $1.name }
  }
}

extension ExtensionSet.Member {
  fileprivate init(_ object: Object, _ dialect: Dialect, config text: (Installation) -> String) {
    let installation = Installation(object)
    self.init(installation.extension, version: installation.version)
    isEnabled = installation.isEnabled
    config = text(installation)
    if Feature.clusterScheduling.isThere(in: dialect) {
      placement = Self.normalizedPlacement(object.spec["clusterScheduling"])
    }
    reason = Authorship(object)?.author.reason ?? ""
  }

  /// The normal form of a placement, for comparisons; empty parts are left out.
  static func normalizedPlacement(_ value: Value?) -> Value {
    let placement = value?["placement"]
    let clusters = placement?["clusters"]?.sequence ?? []
    var result: Mapping = ["clusters": .sequence(clusters)]
    if let selector = placement?["clusterSelector"], selector.mapping != nil { result["clusterSelector"] = selector }
    if let overrides = value?["overrides"]?.mapping, !overrides.isEmpty { result["overrides"] = .mapping(overrides) }
    return .mapping(result)
  }

  /// A placement in normal form as a value of `spec.clusterScheduling`.
  static func scheduling(_ normal: Value) -> Value {
    var placement: Mapping = ["clusters": normal["clusters"] ?? []]
    if let selector = normal["clusterSelector"] { placement["clusterSelector"] = selector }
    var result: Mapping = ["placement": .mapping(placement)]
    if let overrides = normal["overrides"] { result["overrides"] = overrides }
    return .mapping(result)
  }
}

extension Feature {
  fileprivate func isThere(in dialect: Dialect) -> Bool { Capabilities(assuming: dialect).has(self) }
}

extension ExtensionSet.Repository {
  /// Fields that are copied unchanged to the spec of every dialect that has them.
  private static let plain = ["displayName", "description", "publisher", "caBundle", "insecure", "depth"]

  package init(_ object: Object) {
    let spec = object.spec
    var fields = Mapping()
    if let url = spec["url"]?.string, !url.isEmpty { fields["url"] = .string(Redaction.withoutUserInfo(url)) }
    if fields["url"] == nil, let image = spec["image"], image != .null { fields["image"] = image }
    for key in Self.plain { if let value = spec[key], value != .null { fields[key] = value } }
    if let interval = spec[path: "updateStrategy", "registryPoll", "interval"] { fields["interval"] = interval }
    if let timeout = spec[path: "updateStrategy", "timeout"] { fields["timeout"] = timeout }
    self.init(object.name, fields)
  }

  /// The fields that contain the address.
  static let locationKeys: Set = ["url", "image"]

  /// The fields that `dialect` has.
  private static func known(in dialect: Dialect) -> Set<String> {
    let all = ["url", "image", "description", "caBundle", "interval"]
    return Set(all + (dialect.name == .installPlan ? ["insecure", "depth", "timeout"] : ["displayName", "publisher"]))
  }

  /// Those of the fields that `dialect` has.
  func fields(in dialect: Dialect) -> Mapping {
    let known = Self.known(in: dialect)
    return Mapping(fields.pairs.filter { known.contains($0.key) })
  }

  /// The spec with these fields.
  func spec(in dialect: Dialect) -> Mapping {
    let others = Self.locationKeys.union(["interval", "timeout"])
    var spec = Mapping(fields(in: dialect).pairs.filter { !others.contains($0.key) })
    if let address = fields["url"]?.string ?? fields["image"]?.string {
      spec[RepositorySettings.field(of: address, in: dialect)] = .string(address)
    }
    guard let interval = fields["interval"] else { return spec }
    spec["updateStrategy"] = RepositorySettings.updateStrategy(interval, timeout: fields["timeout"], in: dialect)
    return spec
  }
}
