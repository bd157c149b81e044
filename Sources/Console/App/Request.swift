package import Extensions
package import KubernetesAPI
package import Operations

/// What is to be done outside the console.
package enum Request: Hashable, Sendable {
  /// Find out how the cluster speaks of extensions.
  case connect
  case watch(Subject, Dialect)
  case apply(Plan)
  /// Have what rests behind another's failure tried once more.
  case tryAgain(SecondTry, Dialect)
  /// Ask the server what it would say to a plan, without changing anything.
  case dryRun(Plan)
  /// Ask what this user may do; afresh when what was said before has proved wrong.
  case ask([Access], isAfresh: Bool)
  /// List all versions of all extensions.
  case readCatalogue(Dialect)
  /// Get the README out of a version's package, in the key's language if there is one.
  case document(DocumentKey, ExtensionVersion)
  /// Read all that the objects around an extension say.
  case readDetails(DetailsSubject, Capabilities)
  /// Start the server again, which is one of this computer's own.
  case restart
  /// Read the package of a version and what the cluster serves, for plans and for the editor.
  case readEvidence(EvidenceSubject, Capabilities)
  /// Count the pods that were made for the last release of an installation.
  case countRestarts(Installation, Capabilities)
  /// Hold a long config that is being written against the chart's values.
  case review(ReviewSubject)
  /// Write a file of the user's into the present folder.
  case writeFile(Plan.KubectlFile)
  /// Look whether the preferred way to the cluster works again.
  case probeWays
  /// List what matters by both ways, and say what differs.
  case compareWays(Dialect)
  /// Read what earlier sessions kept about this cluster.
  case recall
  /// Add a line to the history: a change that another user made.
  case remember(HistoryLine)
  /// Add to the history how a change of an extension ended.
  case noteOutcome(ChangeProgress, of: String, ChangeProgress.Outcome)
  /// Read the server's versions and those of these installations.
  case readFacts([Installation], Capabilities)
  /// Keep a config that is being written; `nil` when it is no longer needed.
  case keepDraft(of: String, KeptDraft?)
  /// Keep the places that were visited, for the next session.
  case keepPlaces([String])
  /// Write the user's choice into the file of settings.
  case keepSetting(String, String)
  /// Send these requests, one after another, for as long as each is taken.
  case send([RemedyRequest], of: RemedyPlan)
  /// List the places that the console can go to.
  case listPlaces
  /// Open another place, to go on there.
  case move(ClusterPlace)
  /// Read something that a screen shows.
  case read(Reading)
  /// Cancel what is under way about an id.
  case stop(Effect.ID)

  /// A collection to be followed.
  package enum Subject: Hashable, Sendable {
    case categories, extensions, installations
    case versions(of: String)
  }

  /// Changes the cluster.
  package var isChange: Bool {
    switch self {
    case .apply, .tryAgain, .send: true
    default: false
    }
  }
}

/// Names one README: of which extension, version and language.
package struct DocumentKey: Hashable, Sendable {
  package var extensionName: String
  /// The name of the version's object.
  package var version: String
  package var language: String
}
