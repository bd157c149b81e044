package import Platform

/// Something a user wants changed, before anything has happened: a kind, and what it leads to.
package struct Change: Hashable, Sendable {
  package let kind: ChangeKind
  /// The version it asks for, or `nil` when it leaves the version alone.
  package let version: String?
  /// The config it sets, or `nil` when it leaves the config alone.
  package let config: String?
  /// The member clusters that have agents afterwards, or `nil` when it leaves the agents alone.
  package let clusters: [String]?
  /// The namespace that the release shall lie in, or `nil` when it leaves that to the cluster, or to `usualNamespace`.
  package private(set) var namespace: String?
  /// Where the config it sets is known from, of a way back.
  package private(set) var configOrigin = ConfigOrigin.kept
  /// Whether what it installs is switched on from the beginning.
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

  /// Where an extension goes when nothing else is said.
  package static func usualNamespace(of name: String) -> String { "extension-\(name)" }

  /// To a newer version, with the present config or another.
  package static func upgrade(to version: String, config: String? = nil) -> Change {
    Change(.upgrade, version: version, config: config)
  }

  /// Back to an earlier version with the config it had.
  package static func rollback(to version: String, config: String, _ origin: ConfigOrigin = .kept) -> Change {
    var change = Change(.rollBack, version: version, config: config)
    change.configOrigin = origin
    return change
  }

  package static func configure(config: String) -> Change { Change(.configure, config: config) }

  /// The same change, which sets this config as well.
  package func with(config: String) -> Change {
    var change = Change(kind, version: version, config: config, clusters: clusters)
    (change.namespace, change.isEnabled) = (namespace, isEnabled)
    return change
  }

  /// Agents in these member clusters, and in no others.
  package static func place(on clusters: [String]) -> Change {
    Change(clusters.isEmpty ? .removeAgents : .place, clusters: clusters)
  }

  /// A change of a kind that needs nothing chosen, or `nil`.
  package init?(_ kind: ChangeKind) {
    guard kind.row.choice == nil else { return nil }
    self.init(kind, version: nil)
  }

  package static let enable = Change(.enable, version: nil)
  package static let disable = Change(.disable, version: nil)
  /// Once more what is asked for already.
  package static let retry = Change(.retry, version: nil)
  package static let uninstall = Change(.uninstall, version: nil)
  /// Remove what the controllers cannot uninstall: hooks do not run, and what is in the way stays behind.
  package static let forceDelete = Change(.forceDelete, version: nil)
}

extension Change {
  package var row: ChangeRow { kind.row }

  /// The controllers run helm for it, which takes its time; otherwise they only set a switch.
  package var runsHelm: Bool { version != nil || config != nil || row.triesAgain || row.removes }

  /// What is to be done, in a few words: `upgrade to 1.1.0`.
  package var words: String { phrase.english }
  /// The same as data.
  package var phrase: Sentence { sentence(row.words) }

  /// What is being done: `upgrading to 1.1.0`.
  package var progressive: Sentence { sentence(row.progressive) }

  /// What the cluster has agreed to do, and is about to.
  package var accepted: Sentence { sentence(row.accepted) }

  /// What was done, once it is.
  package var past: Sentence { sentence(row.past) }

  /// A heading for this change to the extension called `name`.
  package func title(_ name: String) -> Sentence { sentence(row.title, ["name": name]) }

  /// Asks which version a change of `kind` to the extension called `name` shall lead to.
  package static func question(_ kind: ChangeKind, _ name: String) -> Sentence {
    Change(kind, version: nil).sentence(kind.row.question, ["name": name])
  }

  /// What a change was called when it was written down, as data again; the words of another writer stay as they are.
  package static func phrase(_ words: String) -> Sentence {
    for kind in ChangeKind.allCases {
      let (template, names) = Sentence.numbered(kind.row.words)
      if names.isEmpty, template == words { return Sentence(stringLiteral: words) }
      let start = template.dropLast("{0}".utf8.count)
      if !names.isEmpty, words.hasPrefix(start) {
        return Sentence(kind.row.words) { _ in String(words.dropFirst(start.count)) }
      }
    }
    return Sentence(verbatim: words)
  }

  /// `template` with what stands in braces replaced, by `more` where this change does not say it.
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
