package import Extensions
import HTTP
package import KubernetesAPI
package import Manifest
import Packages
import Platform

/// All that users of one cluster ask for of its extensions, and the repositories they come from: a file for git.
///
/// It is the same in every dialect. Passwords of repositories are left out; configs are verbatim, with the secrets that
/// users have put into them.
package struct ExtensionSet: Hashable, Sendable {
  /// What a set says of one extension; what it does not say is left as it is.
  package struct Member: Hashable, Sendable {
    package var name: String
    package var version: String
    package var isEnabled: Bool?
    /// YAML, byte for byte.
    package var config: String?
    /// `spec.clusterScheduling`: in which member clusters, and with which configs over the config.
    package var placement: Value?
    /// Why it is as it is; it is noted with a change, and never a difference.
    package var reason = ""

    package init(_ name: String, version: String) { (self.name, self.version) = (name, version) }
  }

  /// A repository, by the fields that any dialect has, as texts and switches.
  package struct Repository: Hashable, Sendable {
    package var name: String
    package var fields: Mapping

    /// An address is a `url`, whichever field a dialect has for it; an `image` is the name of one.
    package init(_ name: String, _ fields: Mapping) {
      (self.name, self.fields) = (name, fields)
      guard let image = fields["image"]?.string, image.containsText("://") else { return }
      self.fields["image"] = nil
      self.fields["url"] = .string(Redaction.withoutUserInfo(image))
    }
  }

  package var repositories: [Repository] = []
  package var members: [Member] = []
  /// Whether it speaks of repositories at all; where it does not, those that there are stay.
  package var namesRepositories = true
  /// Whether it speaks of extensions at all.
  package var namesExtensions = true

  package init() {}

  /// The set of a cluster, from its installations and repositories.
  ///
  /// `config` is that of an installation as it was written, where the cluster keeps it otherwise.
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
      placement = Self.normal(object.spec["clusterScheduling"])
    }
    reason = Authorship(object)?.author.reason ?? ""
  }

  /// A placement as it is compared: what is empty is not there.
  static func normal(_ value: Value?) -> Value {
    let placement = value?["placement"]
    let clusters = placement?["clusters"]?.sequence ?? []
    var result: Mapping = ["clusters": .sequence(clusters)]
    if let selector = placement?["clusterSelector"], selector.mapping != nil { result["clusterSelector"] = selector }
    if let overrides = value?["overrides"]?.mapping, !overrides.isEmpty { result["overrides"] = .mapping(overrides) }
    return .mapping(result)
  }

  /// The value of a normal placement as `spec.clusterScheduling` has it.
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
  /// Fields that are one text or switch in the spec of every dialect that has them.
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

  /// The fields of a file that say where it is.
  static let places: Set = ["url", "image"]

  /// Which of the fields `dialect` has.
  private static func known(in dialect: Dialect) -> Set<String> {
    let all = ["url", "image", "description", "caBundle", "interval"]
    return Set(all + (dialect.name == .installPlan ? ["insecure", "depth", "timeout"] : ["displayName", "publisher"]))
  }

  /// What a repository of `dialect` has of these fields.
  func fields(in dialect: Dialect) -> Mapping {
    let known = Self.known(in: dialect)
    return Mapping(fields.pairs.filter { known.contains($0.key) })
  }

  /// The spec that these fields make.
  func spec(in dialect: Dialect) -> Mapping {
    let others = Self.places.union(["interval", "timeout"])
    var spec = Mapping(fields(in: dialect).pairs.filter { !others.contains($0.key) })
    if let address = fields["url"]?.string ?? fields["image"]?.string {
      spec[RepositorySettings.field(of: address, in: dialect)] = .string(address)
    }
    guard let interval = fields["interval"] else { return spec }
    spec["updateStrategy"] = RepositorySettings.updateStrategy(interval, timeout: fields["timeout"], in: dialect)
    return spec
  }
}
