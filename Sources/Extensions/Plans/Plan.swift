package import Client
package import KubernetesAPI
package import Packages
package import Platform

/// What will happen, shown before anything does.
package struct Plan: Hashable, Sendable {
  package var change: Change
  /// The extension's name.
  package var name: String
  /// What a user reads: one line for each thing that will be different.
  package var effects: [Effect]
  /// What speaks against it; the blocking ones must be gone before it can be applied.
  package var problems: [Problem]
  /// The installation that the plan was made for; `nil` where there is none yet.
  package var before: Installation?
  /// What is written before `write`, when that would not be enough.
  package var preparation: Write?
  package var write: Write
  /// The same as a kubectl command line, which runs as it stands where `kubectlFile` is; empty when there is none.
  package var kubectl: String
  /// What the line reads, where the change sets a config.
  package var kubectlFile: KubectlFile?
  /// Why there is no command line, where the reason is not the plan's own.
  package var kubectlAbsence: Sentence?
  /// The extension's name is typed to confirm it: it destroys, or a guardrail of this computer asks for that.
  package var asksTheName = false

  /// One line of what will be different.
  package struct Effect: Hashable, Sendable {
    package enum Sign: Hashable, Sendable {
      case added, removed, changed, note
    }

    /// Where a user looks for it.
    package enum Part: CaseIterable, Sendable {
      /// What is asked for otherwise: version, config, switches.
      case changes
      /// What is there afterwards, or no longer.
      case comesAndGoes
      /// What follows from it.
      case meaning
    }

    package var sign: Sign
    /// Without secrets.
    package var sentence: Sentence
    /// The same with its secrets, where there are some.
    package var clear: String?
    package var part: Part

    package init(_ sign: Sign, _ sentence: Sentence, clear: String? = nil, part: Part? = nil) {
      self.sign = sign
      self.sentence = sentence
      self.clear = clear == sentence.english ? nil : clear
      self.part = part ?? (sign == .changed ? .changes : sign == .note ? .meaning : .comesAndGoes)
    }

    /// Without secrets, in English.
    package var text: String { sentence.english }
  }

  /// A file that the kubectl line reads: a config is too long for an argument, and every process may see those.
  package struct KubectlFile: Hashable, Sendable {
    package var name: String
    package var text: String
    /// The kubectl line that has this text in itself; `nil` where the text is long or holds secrets.
    package var line: String?

    package init(name: String, text: String, line: String? = nil) {
      self.name = name
      self.text = text
      self.line = line
    }
  }

  /// One reason to think again.
  package struct Problem: Hashable, Sendable {
    package var isBlocking: Bool
    package var sentence: Sentence
    /// What is asked for is what there is.
    package var isAlreadySo = false
    /// It tells of a state that the controllers go on from by themselves.
    package var isTransient = false

    package init(isBlocking: Bool, _ sentence: Sentence, isAlreadySo: Bool = false, isTransient: Bool = false) {
      self.isBlocking = isBlocking
      self.sentence = sentence
      self.isAlreadySo = isAlreadySo
      self.isTransient = isTransient
    }

    /// In English.
    package var text: String { sentence.english }
  }

  /// The kubectl line that runs as it stands, where there is one; else the one that reads `kubectlFile`.
  package var kubectlLine: String { kubectl.isEmpty ? "" : kubectlFile?.line ?? kubectl }

  /// What must be written for `kubectlLine` to run.
  package var neededFile: KubectlFile? { kubectlFile.flatMap { kubectl.isEmpty || $0.line != nil ? nil : $0 } }

  /// Whether the plan cannot be applied as things are.
  package var isBlocked: Bool { problems.contains(where: \.isBlocking) }

  /// Whether `fresh` says anything that this plan did not.
  package func isNews(_ fresh: Plan) -> Bool {
    effects != fresh.effects || fresh.problems.contains { !problems.contains($0) }
  }

  /// Whether who agreed to this plan has agreed to `fresh`.
  ///
  /// What the controllers do meanwhile changes nothing about that: a state that goes on, a namespace that becomes known.
  package func agreesTo(_ fresh: Plan) -> Bool {
    func deeds(_ plan: Plan) -> [Effect] { plan.effects.filter { $0.sign != .note } }
    return deeds(self) == deeds(fresh) && fresh.problems.allSatisfy { $0.isTransient || problems.contains($0) }
  }
}

extension Plan {
  /// What a dry run of it says yes to, and to nothing more.
  package var dryRunScope: Sentence {
    let kind = write.access.resource.kind
    return "it looked at \(kind) \(write.name) alone: schema, rights, admission. What its chart then does was not tried"
  }

  /// Sends what is planned and returns the object as the server has it now; a deletion returns `nil`.
  ///
  /// A dry run sends the same write without the object's version, and changes nothing.
  @discardableResult
  package func send(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> Object? {
    try await (dryRun ? preparation?.withoutVersion : preparation)?.send(to: cluster, dryRun: dryRun)
    return try await (dryRun ? write.withoutVersion : write).send(to: cluster, dryRun: dryRun)
  }
}

/// What a plan is made from besides what is installed.
package enum PlanSource: CaseIterable, Sendable {
  /// What the marketplace says of the extension.
  case `extension`
  /// Its versions, and what they need.
  case versions
  /// What other installed extensions need.
  case dependants
  /// The versions of Kubernetes and KubeSphere.
  case server
  /// The member clusters that agents can be placed in.
  case clusters
}

/// Why something is not known.
package enum PlanGap: Hashable, Sendable {
  /// It is being read.
  case pending
  /// It cannot be read, and why.
  case unreadable(Sentence)
}

/// What a plan is made from: all that is known of the cluster when it is asked for.
package struct PlanContext: Hashable, Sendable {
  package var capabilities: Capabilities
  /// The cluster's name as the user knows it, for confirmations.
  package var cluster: String
  package var extensions: [String: Extension]
  package var installations: Installations
  /// The versions of the extension the plan is about, by version.
  package var versions: [String: ExtensionVersion]
  /// The versions that the other installed extensions have, by extension: they say who needs whom.
  package var installedVersions: [String: ExtensionVersion] = [:]
  /// What the server calls its Kubernetes version, or empty while that is not known.
  package var kubernetesVersion = ""
  /// What the server calls its KubeSphere version, or empty while that is not known.
  package var kubeSphereVersion = ""
  /// What of it is not known; a plan says so where it matters.
  package var gaps: [PlanSource: PlanGap] = [:]
  /// What stands after `kubectl` to reach this cluster, such as `--context`, `production`.
  package var kubectlFlags: [String] = []
  /// Why no kubectl reaches this cluster as ksx does, or `nil`.
  package var kubectlAbsence: Sentence?
  /// What the guardrails of this computer say of each kind of change; nothing where none is about this cluster.
  package var guards: [ChangeKind: GuardVerdict] = [:]
  /// The member clusters, by name; `nil` while they are not known.
  package var clusters: [String: MemberCluster]?
  /// Kinds in the chart of the version that the plan leads to, which neither the cluster has nor the chart brings.
  package var missingKinds: [PackageContents.Kind] = []
  /// The version that runs of the extension the plan is about, or empty where that cannot be told; `nil` takes it for the
  /// one that is asked for.
  package var runningVersion: String?
  /// The version that is installed is not there any more, and its controllers do nothing without it.
  package var isVersionGone = false
  /// helm keeps no release of what is to be removed: its controllers would forget it and remove nothing.
  package var isReleaseGone = false
  /// What this user may do, as far as the cluster has said.
  package var rights = Rights()

  package init(
    capabilities: Capabilities, cluster: String, extensions: [String: Extension], installations: Installations,
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

  /// The version that is `text`, with or without a `v`.
  package func version(_ text: String) -> ExtensionVersion? {
    versions[text] ?? versions.first { VersionText($0.key) == VersionText(text) }?.value
  }

  /// The versions that are offered of `name`, newest first: those that were read, else those the extension itself names.
  package func offered(_ name: String) -> [String] {
    let known = versions.isEmpty ? extensions[name]?.versions ?? [] : Array(versions.keys)
    return known.sorted { SemanticVersion.precedes($1, $0) }
  }
}
