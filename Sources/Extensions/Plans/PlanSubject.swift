import Client
import KubernetesAPI
import Manifest
import Packages
import Platform

extension Plan {
  /// Plans `change` to the extension called `name` from `context`, without a request.
  package static func make(_ change: Change, for name: String, in context: PlanContext) -> Plan {
    let subject = PlanSubject(change: change, name: name, context: context)
    let preparation = change.preparation(to: name, installation: subject.written, in: context.capabilities)
    let write = change.write(to: name, installation: subject.written, in: context.capabilities)
    var file = write.kubectlFile(for: change, to: name)
    file?.line = write.pipedKubectl(flags: context.kubectlFlags, for: change)
    let lines = [preparation?.kubectl(flags: context.kubectlFlags), write.kubectl(flags: context.kubectlFlags, file)]
    // A change that the cluster would accept but not carry out is not proposed.
    let problems = subject.problems
    let blocking = problems.filter(\.isBlocking)
    // If the requested state already exists, there are no effects.
    let isAlreadyRequested = !blocking.isEmpty && blocking.allSatisfy(\.isAlreadySo)
    let isProposed = subject.incapability == nil
    return Plan(
      change: change, name: name, effects: isProposed && !isAlreadyRequested ? subject.effects : [], problems: problems,
      before: subject.written,
      preparation: preparation, write: write,
      kubectl: isProposed && context.kubectlAbsence == nil ? lines.compactMap { $0 }.joined(separator: " && ") : "",
      kubectlFile: isProposed ? file : nil,
      kubectlAbsence: isProposed ? context.kubectlAbsence : nil,
      requiresTypedName: change.row.requiresTypedName || context.guards[change.kind]?.requiresTyping == true)
  }
}

/// A change to an extension in a cluster, while its plan is being made.
struct PlanSubject {
  let change: Change
  let name: String
  let context: PlanContext
  /// The present installation.
  let installation: Installation?
  /// The version after the change, if the cluster offers it.
  let target: ExtensionVersion?

  init(change: Change, name: String, context: PlanContext) {
    self.change = change
    self.name = name
    self.context = context
    installation = context.installation(of: name)
    target = (change.version ?? installation?.version).flatMap { context.version($0) }
  }

  /// The installation that the write changes; `nil` for a new one.
  var written: Installation? {
    change.kind == .install ? nil : installation
  }

  /// `InstallPlan` or `Subscription`.
  var kind: String { context.dialect.installations.kind }

  /// The namespace of the release, present or future.
  var namespace: String {
    if let installed = installation?.targetNamespace, !installed.isEmpty { return installed }
    let usual = Change.usualNamespace(of: name)
    if context.capabilities.has(.targetNamespace) { return change.namespace ?? usual }
    if let named = target?.namespace, !named.isEmpty { return named }
    return usual
  }

  var release: String {
    if let installed = installation?.releaseName, !installed.isEmpty { return installed }
    return name
  }
}

extension Plan.Effect {
  /// An added or removed line of a config.
  fileprivate init(configLine line: LineDifference.Line) {
    self.init(
      line.kind == .added ? .added : .removed, Sentence(verbatim: "  \(line.shown)"), unmaskedText: "  \(line.text)",
      part: .changes)
  }
}

extension PlanSubject {
  var effects: [Plan.Effect] { retryEffects + ownEffects + placementEffects + secondTryNote }

  /// The note that ksx, while it waits for the end, may try again by itself (`ChangeProgress.secondTry`).
  private var secondTryNote: [Plan.Effect] {
    guard let installation, change.version != nil || change.config != nil, context.dialect.name == .installPlan,
      !installation.isManagedByStandalone, !installation.isBeingDeleted, !change.triesAgain(installation),
      installation.observed.state.isBusy || installation.observed.state.isFailure
    else { return [] }
    let note: Sentence =
      "the controllers may leave this untried behind the failure of what they are at: then ksx has it tried again once, while it waits for the end"
    return [Plan.Effect(.note, note)]
  }

  private var retryEffects: [Plan.Effect] {
    guard let installation, change.triesAgain(installation) else { return [] }
    let text: Sentence =
      "version \(installation.version) with this config, which is \(installation.state.name), is tried again"
    return [Plan.Effect(.changed, text)]
  }

  private var ownEffects: [Plan.Effect] {
    if change.row.write == .create { return rowEffects + installEffects }
    if change.row.triesAgain { return anotherTry }
    if change.clusters != nil { return placeEffects }
    if change.version != nil { return versionEffects + (change.config == nil ? [] : configEffects) + upgradeNotes }
    if change.config != nil { return configEffects + configNotes }
    return rowEffects + (change.row.enables == nil ? [] : previewNote)
  }

  private var configNotes: [Plan.Effect] {
    [
      Plan.Effect(
        .note, "the config is the complete set of overrides of the chart's defaults: what it leaves out is default"),
      Plan.Effect(.note, "helm upgrades release \(release) in namespace \(namespace); its pods may restart"),
    ]
  }

  /// The effects in the row of the kind.
  private var rowEffects: [Plan.Effect] {
    let words = [
      "kind": kind, "name": name, "object": installation?.name ?? name, "namespace": namespace, "release": release,
    ]
    let effects = change.row.effects.map { Plan.Effect($0.sign, change.sentence($0.sentence.template, words)) }
    guard change.row.removes, context.isReleaseGone else { return effects }
    // Only the object goes; what is otherwise removed is removed by helm.
    return effects.prefix(1) + effects.filter { $0.sign == .note }.suffix(1)
  }

  private var installEffects: [Plan.Effect] {
    let config = change.config ?? ""
    var effects: [Plan.Effect] = []
    if config.isEmpty {
      effects.append(Plan.Effect(.note, "config: the chart's defaults", part: .changes))
    } else {
      effects.append(Plan.Effect(.note, "config, over the chart's defaults:", part: .changes))
      effects += LineDifference(from: "", to: config).changes.map(Plan.Effect.init(configLine:))
      effects += commentNote
    }
    if target?.isMulticluster == true {
      effects.append(Plan.Effect(.note, "it can run agents in member clusters; none are placed by this"))
    }
    return effects
  }

  private var versionEffects: [Plan.Effect] {
    let (from, version) = (installation?.version ?? "", change.version ?? "")
    return from == version ? [] : [Plan.Effect(.changed, "version \(from.isEmpty ? "?" : from) → \(version)")]
  }

  private var configEffects: [Plan.Effect] {
    let changes = LineDifference(from: installation?.config ?? "", to: change.config ?? "").changes
    if changes.isEmpty { return originNote }
    return [Plan.Effect(.changed, "config:")] + changes.map(Plan.Effect.init(configLine:)) + originNote + commentNote
  }

  /// The note about the config of a rollback, if it is not exactly the earlier one.
  private var originNote: [Plan.Effect] {
    let note = change.configOrigin.note(hasFailed: installation?.state.isFailure == true)
    return note.map { [Plan.Effect(.note, $0, part: .changes)] } ?? []
  }

  /// The note that a cluster that stores configs as objects drops their comments.
  private var commentNote: [Plan.Effect] {
    let lines = (change.config ?? "").lines
    guard context.capabilities.configForm == .object,
      lines.contains(where: { $0.trimmed().hasPrefix("#") || $0.containsText(" #") })
    else { return [] }
    return [Plan.Effect(.note, "this cluster keeps no comments in a config; ksx keeps the text as it is written here")]
  }

  /// What helm does, and what it does not revert (docs/KUBESPHERE.md: Changes).
  private var upgradeNotes: [Plan.Effect] {
    let isEmpty = (change.config ?? installation?.config ?? "").isEmpty
    let kept: Sentence =
      if isEmpty {
        "config: that version's defaults"
      } else if change.config == nil {
        "the config stays: it is the complete set of overrides of that version's defaults"
      } else {
        "this config is the complete set of overrides of that version's defaults"
      }
    return [
      Plan.Effect(.note, kept),
      Plan.Effect(.note, "helm upgrades release \(release) in namespace \(namespace); its pods may restart"),
      Plan.Effect(.note, "CRDs and data that a version has migrated are not changed back by returning to an older one"),
    ] + previewNote
  }

  private var placeEffects: [Plan.Effect] {
    let (former, clusters) = (installation?.clusters ?? [], change.clusters ?? [])
    let gone = former.filter { !clusters.contains($0) }.map { Plan.Effect(.removed, "agent in cluster \($0)") }
    let fresh = clusters.filter { !former.contains($0) }.map { Plan.Effect(.added, "agent in cluster \($0)") }
    let selected =
      installation?.hasClusterSelector == true
      ? [Plan.Effect(.removed, "the agents that a selector of clusters placed, in any other cluster")] : []
    return gone + fresh + selected
  }

  private var anotherTry: [Plan.Effect] {
    guard let installation else { return [] }
    let word = installation.state.name
    if installation.isBeingDeleted {
      return [Plan.Effect(.changed, "its uninstall, which is \(word), is tried again")]
    }
    return [
      Plan.Effect(.changed, "version \(installation.version) with its config, which is \(word), is applied again"),
      Plan.Effect(.note, "helm upgrades release \(release) in namespace \(namespace); its pods may restart"),
      Plan.Effect(.note, "version and config stay as they are: there is nothing to undo"),
    ]
  }

  private var placementEffects: [Plan.Effect] {
    guard installation?.lacksPlacement == true, !change.row.removes, change.clusters == nil,
      change.kind != .install, !change.row.triesAgain
    else { return [] }
    return [Plan.Effect(.changed, "placement: none → an empty one; without it the controller fails on this \(kind)")]
  }

  /// The note that KubeSphere's preview of August 2022 carries out nothing but installs.
  private var previewNote: [Plan.Effect] {
    // A standalone backend of the first design supports all of it, and is recognised by its version.
    let isOurs = SemanticVersion(context.kubernetesVersion)?.build == "ksxd"
    let isAssumed = context.capabilities.basis == .assumption && context.dialect.name == .subscription
    if !isAssumed || isOurs { return [] }
    let note: Sentence =
      "if this is KubeSphere's preview of 2022, it stores this in the Subscription and does nothing about it"
    return [Plan.Effect(.note, note)]
  }
}
