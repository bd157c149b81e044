package import Extensions
package import KubernetesAPI
import Manifest
import Packages
import Platform

/// The changes after which a cluster has what a set asks for.
package struct SetDifference: Hashable, Sendable {
  /// The changes of one extension, in order.
  package struct Extension: Hashable, Sendable {
    package var name: String
    package var changes: [Change]
    /// The write of a placement that `Change.place` cannot express, which is sent last; `nil` if not needed.
    package var scheduling: Write?
    package var reason: String
    /// The differences, one for each line.
    package var lines: [Plan.Effect]
  }

  package private(set) var repositories: [ConcurrentWrites.Item] = []
  /// The differences of repositories, one for each line.
  package private(set) var repositoryLines: [Plan.Effect] = []
  package private(set) var extensions: [Extension] = []
  /// Installed extensions that the set does not name; they are uninstalled with `--prune`.
  package private(set) var unlisted: [Extension] = []
  /// The deletions of repositories that the set does not name, likewise.
  package private(set) var unlistedRepositories: [ConcurrentWrites.Item] = []

  private let capabilities: Capabilities

  /// Compares `set` with the cluster.
  package init(_ set: ExtensionSet, installations: [Object], repositories: [Object], _ capabilities: Capabilities) {
    self.capabilities = capabilities
    let present = Dictionary(repositories.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for repository in set.repositories { compare(repository, present[repository.name]) }
    let named = Set(set.repositories.map(\.name))
    // If the file has no list of repositories, none is deleted.
    let others = set.hasRepositoryList ? repositories : []
    unlistedRepositories = others.filter { !named.contains($0.name) && !$0.isBeingDeleted }.map { object in
      .init(object.name, .delete(capabilities.dialect.repositories, name: object.name, uid: object.uid))
    }
    let objects = Dictionary(installations.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let installed = Installations(installations.map(Installation.init))
    for member in set.members {
      let installation = installed.of(member.name)
      compare(member, installation, installation.flatMap { objects[$0.name] })
    }
    let members = Set(set.members.map(\.name))
    unlisted = installed.extensions.filter { set.hasExtensionList && !members.contains($0) }.sorted().compactMap {
      name in
      guard let installation = installed.of(name), !installation.isBeingDeleted else { return nil }
      let line = Plan.Effect(.removed, "\(name) \(installation.version), which the file does not name")
      return Extension(name: name, changes: [.uninstall], reason: "", lines: [line])
    }
  }

  /// Whether nothing must be changed; with `prunes`, what the set does not name is removed.
  package func isEmpty(prunes: Bool) -> Bool {
    repositories.isEmpty && extensions.isEmpty && (!prunes || (unlisted.isEmpty && unlistedRepositories.isEmpty))
  }

  /// All differences, one for each line.
  package func lines(prunes: Bool) -> [Plan.Effect] {
    let gone =
      unlisted.flatMap(\.lines)
      + unlistedRepositories.map { item in
        Plan.Effect(.removed, "repository \(item.name), which the file does not name")
      }
    return repositoryLines + extensions.flatMap(\.lines) + (prunes ? gone : [])
  }

  private mutating func compare(_ wanted: ExtensionSet.Repository, _ object: Object?) {
    let dialect = capabilities.dialect
    guard let object else {
      let address = wanted.fields["url"]?.string ?? wanted.fields["image"]?.string ?? ""
      repositoryLines.append(Plan.Effect(.added, "repository \(wanted.name) \(address)"))
      let object = Object(dialect.repositories, name: wanted.name, ["spec": .mapping(wanted.spec(in: dialect))])
      repositories.append(.init(wanted.name, .create(dialect.repositories, object)))
      return
    }
    let present = ExtensionSet.Repository(object).fields(in: dialect)
    let wantedFields = wanted.fields(in: dialect)
    let different = wantedFields.pairs.filter { present[$0.key] != $0.value }
    if different.isEmpty { return }
    for pair in different {
      let before = present[pair.key].map(JSON.text) ?? "not set"
      repositoryLines.append(
        Plan.Effect(.changed, "repository \(wanted.name): \(pair.key) \(before) → \(JSON.text(pair.value))"))
    }
    repositories.append(.init(wanted.name, patch(object, to: wanted, Set(different.map(\.key)))))
  }

  /// The patch that sets the fields `keys`.
  private func patch(_ object: Object, to wanted: ExtensionSet.Repository, _ keys: Set<String>) -> Write {
    var spec = wanted.spec(in: capabilities.dialect)
    // An address that differs only by the password in it is left unchanged, and so is the password.
    let locationKeys = ExtensionSet.Repository.locationKeys
    let isMoved = !keys.isDisjoint(with: locationKeys)
    let kept = keys.union(["updateStrategy"]).union(isMoved ? locationKeys : [])
    for pair in spec.pairs where !kept.contains(pair.key) { spec[pair.key] = nil }
    spec["updateStrategy"] = strategy(object, wanted, keys)
    // `url` and `image` exclude each other.
    for key in locationKeys where isMoved && spec[key] == nil && object.spec[key] != nil { spec[key] = .null }
    let body: Value = [
      "metadata": ["resourceVersion": .string(object.resourceVersion)], "spec": .mapping(spec),
    ]
    return .patch(capabilities.dialect.repositories, name: object.name, body)
  }

  /// The patch of `updateStrategy`; `nil` if the file names neither interval nor timeout, or they do not differ.
  ///
  /// If the file names no timeout, the object's is kept, or the default is written if it has none, because the
  /// definition requires one.
  private func strategy(_ object: Object, _ wanted: ExtensionSet.Repository, _ keys: Set<String>) -> Value? {
    if keys.isDisjoint(with: ["interval", "timeout"]) { return nil }
    let fields = wanted.fields(in: capabilities.dialect)
    var strategy: Mapping = [:]
    if let interval = fields["interval"] {
      strategy = RepositorySettings.updateStrategy(interval, in: capabilities.dialect).mapping ?? [:]
    }
    let isKept = object.spec[path: "updateStrategy", "timeout"] != nil
    if fields["timeout"] != nil || isKept { strategy["timeout"] = fields["timeout"] }
    return .mapping(strategy)
  }

  private mutating func compare(_ member: ExtensionSet.Member, _ installation: Installation?, _ object: Object?) {
    var found = Extension(name: member.name, changes: [], reason: member.reason, lines: [])
    if let installation {
      found.compareSpec(member, installation)
    } else {
      found.install(member)
    }
    found.comparePlacement(member, installation, object, capabilities)
    if !found.changes.isEmpty || found.scheduling != nil { extensions.append(found) }
  }
}

extension SetDifference.Extension {
  fileprivate mutating func install(_ member: ExtensionSet.Member) {
    let isEnabled = member.isEnabled ?? true
    changes.append(.install(version: member.version, config: member.config ?? "", isEnabled: isEnabled))
    lines.append(Plan.Effect(.added, "\(name) \(member.version)\(isEnabled ? "" : ", disabled")"))
  }

  fileprivate mutating func compareSpec(_ member: ExtensionSet.Member, _ installation: Installation) {
    let isSameVersion = VersionText(member.version) == VersionText(installation.version)
    let config = member.config.flatMap { installation.hasConfig($0) ? nil : $0 }
    if !isSameVersion {
      lines.append(Plan.Effect(.changed, "\(name): version \(installation.version) → \(member.version)"))
    }
    if let config {
      lines.append(Plan.Effect(.changed, "\(name): config"))
      lines += LineDifference(from: installation.config, to: config).changes.map {
        Plan.Effect($0.kind == .added ? .added : .removed, "  \($0.shown)")
      }
    }
    if !isSameVersion {
      let isNewer = VersionText(installation.version) < VersionText(member.version)
      changes.append(
        isNewer
          ? .upgrade(to: member.version, config: config)
          : .rollback(to: member.version, config: config ?? installation.config))
    } else if let config {
      changes.append(.configure(config: config))
    }
    if let isEnabled = member.isEnabled, isEnabled != installation.isEnabled {
      lines.append(Plan.Effect(.changed, "\(name): \(isEnabled ? "disabled → enabled" : "enabled → disabled")"))
      changes.append(isEnabled ? .enable : .disable)
    }
  }

  /// A placement for display; of overrides only the names of the clusters are shown, because they may contain secrets.
  private static func shown(_ placement: Value) -> String {
    guard let overrides = placement["overrides"]?.mapping else { return JSON.text(placement) }
    return JSON.text(placement.setting(["overrides"], to: .sequence(overrides.keys.map(Value.string))))
  }

  fileprivate mutating func comparePlacement(
    _ member: ExtensionSet.Member, _ installation: Installation?, _ object: Object?, _ capabilities: Capabilities
  ) {
    let present = ExtensionSet.Member.normalizedPlacement(object?.spec["clusterScheduling"])
    guard let wanted = member.placement, wanted != present else { return }
    lines.append(
      Plan.Effect(.changed, "\(name): placement \(Self.shown(present)) → \(Self.shown(wanted))"))
    let clusters = wanted["clusters"]?.sequence?.compactMap(\.string) ?? []
    let hasOnlyClusters = wanted.mapping?.pairs.count == 1 && present.mapping?.pairs.count == 1
    // If the cluster has no placements, the plan for this change says so.
    if hasOnlyClusters || !capabilities.has(.clusterScheduling) { return changes.append(.place(on: clusters)) }
    let patch = MergePatch.difference(
      from: ExtensionSet.Member.scheduling(present), to: ExtensionSet.Member.scheduling(wanted))
    scheduling = .patch(
      capabilities.dialect.installations, name: installation?.name ?? name, ["spec": ["clusterScheduling": patch]])
  }
}
