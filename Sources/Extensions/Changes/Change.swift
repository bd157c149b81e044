package import Platform

/// A requested change to an installation, before anything has happened: its kind and its values.
package struct Change: Hashable, Sendable {
  package let kind: ChangeKind
  /// The new version; `nil` leaves the version unchanged.
  package let version: String?
  /// The new config; `nil` leaves the config unchanged.
  package let config: String?
  /// The member clusters that will have agents; `nil` leaves the agents unchanged.
  package let clusters: [String]?
  /// The namespace of the release; `nil` leaves it to the cluster, or to `usualNamespace`.
  package private(set) var namespace: String?
  /// The source of the config that a rollback sets.
  package private(set) var configOrigin = ConfigOrigin.kept
  /// Whether a new installation is enabled from the beginning.
  package private(set) var isEnabled = true

  private init(_ kind: ChangeKind, version: String? = nil, config: String? = nil, clusters: [String]? = nil) {
    self.kind = kind
    self.version = version
    self.config = config
    self.clusters = clusters
  }

  package static func install(
    version: String, config: String, namespace: String? = nil, isEnabled: Bool = true
  ) -> Change {
    var change = Change(.install, version: version, config: config)
    (change.namespace, change.isEnabled) = (namespace, isEnabled)
    return change
  }

  /// The default namespace of an extension.
  package static func usualNamespace(of name: String) -> String { "extension-\(name)" }

  /// An upgrade to a newer version, with the present config or another one.
  package static func upgrade(to version: String, config: String? = nil) -> Change {
    Change(.upgrade, version: version, config: config)
  }

  /// A rollback to an earlier version with the config it had.
  package static func rollback(to version: String, config: String, _ origin: ConfigOrigin = .kept) -> Change {
    var change = Change(.rollBack, version: version, config: config)
    change.configOrigin = origin
    return change
  }

  package static func configure(config: String) -> Change { Change(.configure, config: config) }

  /// A copy of this change that also sets `config`.
  package func with(config: String) -> Change {
    var change = Change(kind, version: version, config: config, clusters: clusters)
    (change.namespace, change.isEnabled) = (namespace, isEnabled)
    return change
  }

  /// A change that places agents in these member clusters, and in no others.
  package static func place(on clusters: [String]) -> Change {
    Change(clusters.isEmpty ? .removeAgents : .place, clusters: clusters)
  }

  /// A change of `kind`; `nil` if the user must choose a version, config or clusters for it.
  package init?(_ kind: ChangeKind) {
    guard kind.row.choice == nil else { return nil }
    self.init(kind, version: nil)
  }

  package static let enable = Change(.enable, version: nil)
  package static let disable = Change(.disable, version: nil)
  /// Tries the present version and config again.
  package static let retry = Change(.retry, version: nil)
  package static let uninstall = Change(.uninstall, version: nil)
  /// Removes what the controllers cannot uninstall: hooks do not run, and objects may be left behind.
  package static let forceDelete = Change(.forceDelete, version: nil)
}

extension Change {
  package var row: ChangeRow { kind.row }

  /// Whether the controllers run helm for it, which takes a while; otherwise they only set a switch.
  package var runsHelm: Bool { version != nil || config != nil || row.triesAgain || row.removes }

  /// What is to be done, in a few words: `upgrade to 1.1.0`.
  package var words: String { phrase.english }
  /// `words` as a translatable sentence.
  package var phrase: Sentence { sentence(row.words) }

  /// What is being done: `upgrading to 1.1.0`.
  package var progressive: Sentence { sentence(row.progressive) }

  /// The message once the cluster has accepted the change: `going back to version 1.1.0`.
  package var accepted: Sentence { sentence(row.accepted) }

  /// The message once the change is complete: `upgraded to 1.1.0`.
  package var past: Sentence { sentence(row.past) }

  /// A heading for this change to the extension called `name`.
  package func title(_ name: String) -> Sentence { sentence(row.title, ["name": name]) }

  /// The question which version a change of `kind` to the extension called `name` shall lead to.
  package static func question(_ kind: ChangeKind, _ name: String) -> Sentence {
    Change(kind, version: nil).sentence(kind.row.question, ["name": name])
  }

  /// Parses the stored `words` of a change into a translatable sentence; other texts are kept verbatim.
  package static func phrase(_ words: String) -> Sentence {
    for kind in ChangeKind.allCases {
      let (template, names) = Sentence.numbered(kind.row.words)
      if names.isEmpty, template == words { return Sentence(stringLiteral: words) }
      let start = template.dropLast("{0}".utf8.count)
      if !names.isEmpty, words.hasPrefix(start) {
        return Sentence(kind.row.words) { _ in String(words.dropFirst(start.count)) }
      }
    }
    return record(words) ?? Sentence(verbatim: words)
  }

  /// What is recorded besides changes: a state, a version or a revision of helm; `nil` if `words` are none.
  private static func record(_ words: String) -> Sentence? {
    func rest(after start: String) -> String? { words.hasPrefix(start) ? String(words.dropFirst(start.count)) : nil }
    if words == "cancel" { return "cancel" }
    if let revision = rest(after: "helm revision ") { return "helm revision \(revision)" }
    if let state = rest(after: "state ") { return "state \(Sentence(stringLiteral: state))" }
    return rest(after: "version ").map { "version \($0)" }
  }

  /// `template` with each word in braces replaced by this change's value, or else by that in `more`.
  func sentence(_ template: String, _ more: [String: String] = [:]) -> Sentence {
    Sentence(template) { word in
      switch word {
      case "version": version ?? ""
      case "clusters": clusters?.joined(separator: ", ") ?? ""
      default: more[word] ?? ""
      }
    }
  }
}
