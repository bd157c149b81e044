package import Client
package import Extensions
package import KubernetesAPI
package import Operations
package import Terminal

/// Everything that can happen to the console.
///
/// There is no other way to change it.
package enum Message: Hashable, Sendable {
  case key(Key)
  case resized(Size)
  /// The moment the console asked to be told about has come.
  case time
  /// What the cluster's extensions can do is known.
  case connected(Capabilities)
  /// The cluster does not say what dialect it speaks; it will be asked again after `delay`.
  case unconnected(DialectError, delay: Duration)
  case categories(WatchEvent<Category>)
  case extensions(WatchEvent<Extension>)
  case installations(WatchEvent<Installation>)
  case versions(of: String, WatchEvent<ExtensionVersion>)
  /// A plan was sent to the cluster, which took it or said why not.
  case applied(Plan, failure: ClusterError?)
  /// The server was asked what it would say to a plan: nothing against it, or why not.
  case rehearsed(Plan, failure: ClusterError?)
  /// What this person may do, of what was asked; what the cluster does not say is left out.
  case judged([Access: Access.Verdict])
  /// The answer to a plan's write was lost, and the object was read again: it was carried out.
  case confirmed(Plan, reason: String)
  /// The server sent a warning with an answer.
  case warned(String)
  /// Another of the two ways to the cluster is in use now.
  case way(FallbackTransport.Use)
  /// What the two ways show differently.
  case compared(Comparison)
  /// A package's documentation, by the name of its version.
  case documented(version: String, Documentation)
  /// What earlier sessions kept about this cluster.
  case recalled(Records)
  /// What plans are made from beyond the marketplace.
  case facts(PlanFacts)
  /// A config that is being written is on this computer's disk.
  case draftKept(of: String)
  /// Something could not be written to this computer; the text says what and why.
  case forgot(String)
}

/// What the console wants done outside itself, as data.
///
/// Being data, work can be compared in a test, shown in a log, and refused.
package enum Work: Hashable, Sendable {
  /// Find out how the cluster speaks of extensions.
  case connect
  case watch(Subject, Dialect)
  case apply(Plan)
  /// Ask the server what it would say to a plan, without changing anything.
  case rehearse(Plan)
  /// Ask what this person may do; afresh when what was said before has proved wrong.
  case ask([Access], isAfresh: Bool)
  /// Get the README out of a version's package, in a language if there is one.
  case document(ExtensionVersion, language: String)
  /// Look whether the preferred way to the cluster works again.
  case probeWays
  /// List what matters by both ways, and say what differs.
  case compareWays(Dialect)
  /// Read what earlier sessions kept about this cluster.
  case recall
  /// Add a line to the history: a change that somebody else made.
  case remember(HistoryLine)
  /// Add to the history how a change of an extension ended.
  case noteOutcome(ChangeProgress, of: String, ChangeProgress.Outcome)
  /// Read the server's versions and those of these installations.
  case readFacts([Installation], Capabilities)
  /// Keep a config that is being written; `nil` when it is no longer needed.
  case keepDraft(of: String, KeptDraft?)

  /// Write a person's choice into the file of settings.
  case keepSetting(String, String)

  /// A collection to be followed.
  package enum Subject: Hashable, Sendable {
    case categories, extensions, installations
    case versions(of: String)
  }

  /// Changes the cluster.
  package var isChange: Bool {
    if case .apply = self { true } else { false }
  }

  /// Writes to this computer, and must be finished before the program ends.
  package var isKeeping: Bool {
    switch self {
    case .remember, .noteOutcome, .keepDraft, .keepSetting: true
    default: false
    }
  }
}

/// What two ways to one cluster show differently.
package struct Comparison: Hashable, Sendable {
  /// One sentence for each object, with its kind.
  package var differences: [String]
  /// Why the comparison came to nothing, or `nil`.
  package var failure: String?

  package init(differences: [String] = [], failure: String? = nil) {
    self.differences = differences
    self.failure = failure
  }
}

/// The README of a package, or why there is none to show.
package enum Documentation: Hashable, Sendable {
  case text(String)
  case missing(reason: String)
}
