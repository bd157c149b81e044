package import Client
package import KubernetesAPI
package import Packages
package import Platform

/// The effects, problems and writes of a change, shown before anything is sent.
package struct Plan: Hashable, Sendable {
  package var change: Change
  /// The extension's name.
  package var name: String
  /// One line for the user for each difference.
  package var effects: [Effect]
  /// The problems of the change; with a blocking one it cannot be applied.
  package var problems: [Problem]
  /// The installation for which the plan was made; `nil` if there is none yet.
  package var before: Installation?
  /// The write before `write`, if that alone is not enough.
  package var preparation: Write?
  package var write: Write
  /// The same writes as a kubectl command line, to be run in the directory of `kubectlFile`; empty if there is none.
  package var kubectl: String
  /// The file that the command line reads, if the change sets a config.
  package var kubectlFile: KubectlFile?
  /// Why there is no command line, if the reason is not in the plan itself.
  package var kubectlAbsence: Sentence?
  /// Whether the user must type the extension's name to confirm it: it is destructive, or a guardrail requires this.
  package var requiresTypedName = false

  /// One line about a difference.
  package struct Effect: Hashable, Sendable {
    package enum Sign: Hashable, Sendable {
      case added, removed, changed, note
    }

    /// The section in which it is shown.
    package enum Part: CaseIterable, Sendable {
      /// Fields with new values: version, config, switches.
      case changes
      /// Objects that are added or removed.
      case comesAndGoes
      /// Consequences.
      case meaning
    }

    package var sign: Sign
    /// Without secrets.
    package var sentence: Sentence
    /// The English text with its secrets, if there are any.
    package var unmaskedText: String?
    package var part: Part

    package init(_ sign: Sign, _ sentence: Sentence, unmaskedText: String? = nil, part: Part? = nil) {
      self.sign = sign
      self.sentence = sentence
      self.unmaskedText = unmaskedText == sentence.english ? nil : unmaskedText
      self.part = part ?? (sign == .changed ? .changes : sign == .note ? .meaning : .comesAndGoes)
    }

    /// Without secrets, in English.
    package var text: String { sentence.english }
  }

  /// A file for the kubectl line: a config is too long for an argument, which every process could see.
  package struct KubectlFile: Hashable, Sendable {
    package var name: String
    package var text: String
    /// The kubectl line that contains this text; `nil` if the text is long or contains secrets.
    package var line: String?

    package init(name: String, text: String, line: String? = nil) {
      self.name = name
      self.text = text
      self.line = line
    }
  }

  /// A reason against the change.
  package struct Problem: Hashable, Sendable {
    package var isBlocking: Bool
    package var sentence: Sentence
    /// Whether the requested state already exists.
    package var isAlreadySo = false
    /// Whether it is about a state that the controllers will leave by themselves.
    package var isTransient = false
    /// Whether the controllers take the change and do not carry it out.
    package var leavesItUndone = false
    /// Whether it is known from the past, and not from what the plan was made of.
    package var isOfThePast = false

    package init(
      isBlocking: Bool, _ sentence: Sentence, isAlreadySo: Bool = false, isTransient: Bool = false,
      leavesItUndone: Bool = false, isOfThePast: Bool = false
    ) {
      self.isBlocking = isBlocking
      self.sentence = sentence
      self.isAlreadySo = isAlreadySo
      self.isTransient = isTransient
      self.leavesItUndone = leavesItUndone
      self.isOfThePast = isOfThePast
    }

    /// In English.
    package var text: String { sentence.english }
  }

  /// The kubectl line that contains the body, if there is one; else the one that reads `kubectlFile`.
  package var kubectlLine: String { kubectl.isEmpty ? "" : kubectlFile?.line ?? kubectl }

  /// The file that `kubectlLine` needs, if any.
  package var neededFile: KubectlFile? { kubectlFile.flatMap { kubectl.isEmpty || $0.line != nil ? nil : $0 } }

  /// Whether the plan cannot be applied at present.
  package var isBlocked: Bool { problems.contains(where: \.isBlocking) }

  /// Whether `fresh` has effects or problems that this plan does not have.
  package func isOutdated(by fresh: Plan) -> Bool {
    effects != fresh.effects || fresh.problems.contains { !problems.contains($0) }
  }

  /// Whether a confirmation of this plan also covers `fresh`.
  ///
  /// Differences that the controllers cause meanwhile do not count: the next state, a namespace that becomes known.
  package func confirmationCovers(_ fresh: Plan) -> Bool {
    func deeds(_ plan: Plan) -> [Effect] { plan.effects.filter { $0.sign != .note } }
    return deeds(self) == deeds(fresh) && fresh.problems.allSatisfy { $0.isTransient || problems.contains($0) }
  }
}

extension Plan {
  /// What a dry run of it has checked.
  package var dryRunScope: Sentence {
    let kind = write.access.resource.kind
    return "it looked at \(kind) \(write.name) alone: schema, rights, admission. What its chart then does was not tried"
  }

  /// Sends the writes and returns the object as the server has it then; `nil` after a deletion.
  ///
  /// A dry run sends the same writes without the resourceVersion, and changes nothing.
  @discardableResult
  package func send(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> Object? {
    try await (dryRun ? preparation?.withoutVersion : preparation)?.send(to: cluster, dryRun: dryRun)
    return try await (dryRun ? write.withoutVersion : write).send(to: cluster, dryRun: dryRun)
  }
}

/// The sources of a plan besides the installations.
package enum PlanSource: CaseIterable, Sendable {
  /// The extension in the marketplace.
  case `extension`
  /// Its versions, with their requirements.
  case versions
  /// The dependencies of the other installed extensions.
  case dependants
  /// The versions of Kubernetes and KubeSphere.
  case server
  /// The member clusters that agents can be placed in.
  case clusters
}

/// Why a source is not known.
package enum PlanGap: Hashable, Sendable {
  /// It is still being read.
  case pending
  /// It cannot be read; the text says why.
  case unreadable(Sentence)
}

/// The data of a plan: what is known of the cluster when the plan is requested.
package struct PlanContext: Hashable, Sendable {
  package var capabilities: Capabilities
  /// The cluster's name as the user knows it, for confirmations.
  package var cluster: String
  package var extensions: SortedElements<Extension>
  package var installations: Installations
  /// The versions of the plan's extension, by version.
  package var versions: [String: ExtensionVersion]
  /// The versions of the other installed extensions, by extension, with their dependencies.
  package var installedVersions: [String: ExtensionVersion] = [:]
  /// The server's Kubernetes version, or empty while that is not known.
  package var kubernetesVersion = ""
  /// The server's KubeSphere version, or empty while that is not known.
  package var kubeSphereVersion = ""
  /// The sources that are not known; a plan warns if it needs them.
  package var gaps: [PlanSource: PlanGap] = [:]
  /// The arguments of `kubectl` for this cluster, such as `--context`, `production`.
  package var kubectlFlags: [String] = []
  /// Why kubectl cannot reach this cluster as ksx does, or `nil`.
  package var kubectlAbsence: Sentence?
  /// The verdicts of this machine's guardrails, by kind of change; empty if none concerns this cluster.
  package var guards: [ChangeKind: GuardVerdict] = [:]
  /// The member clusters, by name; `nil` while they are not known.
  package var clusters: [String: MemberCluster]?
  /// The kinds in the chart of the new version that neither the cluster has nor the chart defines.
  package var missingKinds: [PackageContents.Kind] = []
  /// The running version of the plan's extension, or empty if it cannot be determined; `nil` to use the requested one.
  package var runningVersion: String?
  /// Whether the object of the installed version is gone, without which the controllers do nothing.
  package var isVersionGone = false
  /// Whether helm has no release for the installation to remove: its controllers would forget it and remove nothing.
  package var isReleaseGone = false
  /// The rights of this user, as far as the cluster has reported them.
  package var rights = Rights()

  package init(
    capabilities: Capabilities, cluster: String, extensions: SortedElements<Extension>, installations: Installations,
    versions: [String: ExtensionVersion]
  ) {
    self.capabilities = capabilities
    self.cluster = cluster
    self.extensions = extensions
    self.installations = installations
    self.versions = versions
  }

  package var dialect: Dialect { capabilities.dialect }

  /// The installation of the extension called `name`.
  package func installation(of name: String) -> Installation? { installations.of(name) }

  /// The version that equals `text` apart from a leading `v`.
  package func version(_ text: String) -> ExtensionVersion? {
    versions[text] ?? versions.first { VersionText($0.key) == VersionText(text) }?.value
  }

  /// The offered versions of `name`, newest first: those that were read, else those in the extension's status.
  package func offered(_ name: String) -> [String] {
    let known = versions.isEmpty ? extensions[name]?.versions ?? [] : Array(versions.keys)
    return known.sorted { SemanticVersion.precedes($1, $0) }
  }
}
