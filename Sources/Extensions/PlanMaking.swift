import Client
import Manifest

extension Plan {
  /// Works out what `change` would do to the extension called `name`, from what is known, asking nobody.
  package static func make(_ change: Change, for name: String, in context: PlanContext) -> Plan {
    let subject = PlanSubject(change: change, name: name, context: context)
    let preparation = change.preparation(to: name, installation: subject.written, in: context.capabilities)
    let write = change.write(to: name, installation: subject.written, in: context.capabilities)
    let lines = [preparation, write].compactMap { $0?.kubectl(flags: context.kubectlFlags) }
    // What the cluster would take and not carry out is not proposed.
    let isProposed = subject.incapability == nil
    return Plan(
      change: change, name: name, effects: isProposed ? subject.effects : [], problems: subject.problems,
      preparation: preparation, write: write, kubectl: isProposed ? lines.joined(separator: " && ") : "")
  }
}

/// One change to one extension in one cluster, while its plan is being made.
struct PlanSubject {
  let change: Change
  let name: String
  let context: PlanContext
  /// What the cluster has now.
  let installation: Installation?
  /// The version the change leads to, if the cluster offers it.
  let target: ExtensionVersion?

  init(change: Change, name: String, context: PlanContext) {
    self.change = change
    self.name = name
    self.context = context
    installation = context.installation(of: name)
    target = (change.version ?? installation?.version).flatMap { context.versions[$0] }
  }

  /// What the write is based on: a new installation on nothing.
  var written: Installation? {
    if case .install = change { return nil }
    return installation
  }

  /// `InstallPlan` or `Subscription`.
  var kind: String { context.dialect.installations.kind }

  /// Where the release is, or will be.
  var namespace: String {
    if let installed = installation?.targetNamespace, !installed.isEmpty { return installed }
    if context.capabilities.has(.targetNamespace) { return "extension-\(name)" }
    if let named = target?.namespace, !named.isEmpty { return named }
    return "extension-\(name)"
  }

  var release: String {
    if let installed = installation?.releaseName, !installed.isEmpty { return installed }
    return name
  }
}

extension PlanSubject {
  var effects: [Plan.Effect] { ownEffects + placementEffects }

  private var ownEffects: [Plan.Effect] {
    switch change {
    case .install(let version, let config): installEffects(version, config)
    case .upgrade(let version): versionEffects(version) + upgradeNotes(config: nil)
    case .rollback(let version, let config):
      versionEffects(version) + configEffects(config) + upgradeNotes(config: config)
    case .enable: enableEffects
    case .disable: disableEffects
    case .configure(let config):
      configEffects(config) + [
        Plan.Effect(
          .note, "the config is the complete set of overrides of the chart's defaults: what it leaves out is default"),
        Plan.Effect(.note, "helm upgrades release \(release) in namespace \(namespace); its pods may restart"),
      ]
    case .place(let clusters): placeEffects(clusters)
    case .uninstall: uninstallEffects
    case .forceDelete: forceEffects
    }
  }

  private func installEffects(_ version: String, _ config: String) -> [Plan.Effect] {
    var effects = [
      Plan.Effect(.added, "\(kind) \(name), version \(version), enabled"),
      Plan.Effect(.added, "namespace \(namespace)"),
      Plan.Effect(.added, "helm release \(release)"),
      Plan.Effect(.added, "its APIs and pages, once it is Installed"),
    ]
    if config.isEmpty {
      effects.append(Plan.Effect(.note, "config: the chart's defaults"))
    } else {
      effects.append(Plan.Effect(.note, "config, over the chart's defaults:"))
      effects += LineDifference(from: "", to: config).changes.map { Plan.Effect(.added, "  \($0.text)") }
    }
    if target?.isMulticluster == true {
      effects.append(Plan.Effect(.note, "it can run agents in member clusters; none are placed by this"))
    }
    return effects
  }

  private func versionEffects(_ version: String) -> [Plan.Effect] {
    let from = installation?.version ?? ""
    return from == version ? [] : [Plan.Effect(.changed, "version \(from.isEmpty ? "?" : from) → \(version)")]
  }

  private func configEffects(_ config: String) -> [Plan.Effect] {
    let changes = LineDifference(from: installation?.config ?? "", to: config).changes
    if changes.isEmpty { return [] }
    let lines = changes.map { Plan.Effect($0.kind == .added ? .added : .removed, "  \($0.text)") }
    return [Plan.Effect(.changed, "config:")] + lines
  }

  /// What helm does, and what it does not bring back (docs/KUBESPHERE.md: Changes).
  private func upgradeNotes(config: String?) -> [Plan.Effect] {
    let isEmpty = (config ?? installation?.config ?? "").isEmpty
    let kept =
      isEmpty
      ? "config: that version's defaults"
      : "\(config == nil ? "the config stays: it is" : "this config is") the complete set of overrides of that version's defaults"
    return [
      Plan.Effect(.note, kept),
      Plan.Effect(.note, "helm upgrades release \(release) in namespace \(namespace); its pods may restart"),
      Plan.Effect(.note, "CRDs and data that a version has migrated are not changed back by returning to an older one"),
    ] + previewNote
  }

  private var enableEffects: [Plan.Effect] {
    [
      Plan.Effect(.changed, "enabled: no → yes"),
      Plan.Effect(.added, "its APIs answer again"),
      Plan.Effect(.added, "its pages come back to the console"),
    ] + previewNote
  }

  private var disableEffects: [Plan.Effect] {
    [
      Plan.Effect(.changed, "enabled: yes → no"),
      Plan.Effect(.removed, "its APIs answer 503"),
      Plan.Effect(.removed, "its pages vanish from the console"),
      Plan.Effect(.note, "its workloads in namespace \(namespace) keep running, and its data stays"),
    ] + previewNote
  }

  private var uninstallEffects: [Plan.Effect] {
    [
      Plan.Effect(.removed, "\(kind) \(installation?.name ?? name)"),
      Plan.Effect(.removed, "helm release \(release) with its workloads in namespace \(namespace)"),
      Plan.Effect(.removed, "its APIs and pages"),
      Plan.Effect(.note, "namespace \(namespace), CRDs and their objects, and the roles made for it stay"),
    ]
  }

  /// Facts §2.8: in the host cluster only, without hooks and without waiting for what belongs to it.
  private var forceEffects: [Plan.Effect] {
    [
      Plan.Effect(.removed, "\(kind) \(installation?.name ?? name)"),
      Plan.Effect(.removed, "helm release \(release) in namespace \(namespace), without its hooks"),
      Plan.Effect(
        .note, "its pods and whatever else its objects own stay behind in namespace \(namespace) and keep running"),
      Plan.Effect(.note, "agents in member clusters are uninstalled the ordinary way first, and can still hold it up"),
      Plan.Effect(.note, "namespace \(namespace), CRDs and their objects, and the roles made for it stay"),
    ]
  }

  private func placeEffects(_ clusters: [String]) -> [Plan.Effect] {
    let former = installation?.clusters ?? []
    let gone = former.filter { !clusters.contains($0) }.map { Plan.Effect(.removed, "agent in cluster \($0)") }
    let fresh = clusters.filter { !former.contains($0) }.map { Plan.Effect(.added, "agent in cluster \($0)") }
    let selected =
      installation?.hasClusterSelector == true
      ? [Plan.Effect(.removed, "the agents that a selector of clusters placed, in any other cluster")] : []
    return gone + fresh + selected + [
      Plan.Effect(.note, "a cluster that is unknown or cannot be scheduled to is passed over without a word")
    ]
  }

  private var placementEffects: [Plan.Effect] {
    guard installation?.lacksPlacement == true, !change.removes, change.feature != .clusterScheduling else { return [] }
    if case .install = change { return [] }
    return [Plan.Effect(.changed, "placement: none → an empty one; without it the controller fails on this \(kind)")]
  }

  /// Facts §1.10: the controllers of August 2022 install, and no more.
  private var previewNote: [Plan.Effect] {
    // A standalone backend of the first design does all of it, and says who it is.
    let isOurs = SemanticVersion(context.kubernetesVersion)?.build == "ksxd"
    let isSaid = context.capabilities.basis == .assumption && context.dialect.name == .subscription
    if !isSaid || isOurs { return [] }
    let note = "if this is KubeSphere's preview of 2022, it stores this in the Subscription and does nothing about it"
    return [Plan.Effect(.note, note)]
  }
}
