package import Extensions
package import KubernetesAPI
package import Operations

/// What the worker must do for the console.
///
/// Indirect, because the code that copies large payloads is much of a program's size.
package indirect enum Request: Hashable, Sendable {
  /// Discover the capabilities of the cluster.
  case connect
  case watch(Subject, Dialect)
  case apply(Plan)
  /// Make the controllers try a change that they ignore because an earlier attempt has failed.
  case tryAgain(SecondTry, Dialect)
  /// Make a dry run of a plan.
  case dryRun(Plan)
  /// Ask which rights the user has; `ignoresCache` drops cached answers, which have proved wrong.
  case ask([Access], ignoresCache: Bool)
  /// List all versions of all extensions.
  case readCatalogue(Dialect)
  /// Read the README and changelog in the package of a version, in the language of the key if possible.
  case document(DocumentKey, ExtensionVersion)
  /// Read the details of an extension.
  case readDetails(DetailsSubject, Capabilities)
  /// Restart the server, which runs on this computer.
  case restart
  /// Read the package of a version and what the cluster serves, for plans and for the editor.
  case readEvidence(EvidenceSubject, Capabilities)
  /// Count the pods that were created since the last release of an installation was begun.
  case countRestarts(Installation, Capabilities)
  /// Check a long config that is being edited against the chart's values.
  case review(ReviewSubject)
  /// Write a file to the current folder.
  case writeFile(Plan.KubectlFile)
  /// Check whether the preferred connection works again.
  case probeWays
  /// List the important resources through both connections, and compare them.
  case compareWays(Dialect)
  /// Read what earlier sessions have stored about this cluster.
  case recall
  /// Add a line to the history: a change that another user made.
  case remember(HistoryLine)
  /// Add the outcome of a change to the history.
  case noteOutcome(ChangeProgress, of: String, ChangeProgress.Outcome)
  /// Read the server's versions and those of these installations.
  case readFacts([Installation], Capabilities)
  /// Store the draft of a config; `nil` deletes it.
  case setDraft(of: String, KeptDraft?)
  /// Store the visited places for the next session.
  case keepPlaces([String])
  /// Write a setting to the settings file.
  case keepSetting(String, String)
  /// Send these requests one after another; the first failure stops this.
  case send([RemedyRequest], of: RemedyPlan)
  /// List the clusters that the console can open.
  case listClusterChoices
  /// Open another cluster, with which the console continues.
  case move(ClusterChoice)
  /// Read something that a screen shows.
  case read(ReadRequest)
  /// Cancel the effect with this id.
  case stop(Effect.ID)

  /// A collection to be watched.
  package enum Subject: Hashable, Sendable {
    case categories, installations
    /// The extensions, with their descriptions in the language `en` or `zh`.
    case extensions(language: String)
    case versions(of: String)
  }

  /// Whether it changes the cluster.
  package var isChange: Bool {
    switch self {
    case .apply, .tryAgain, .send: true
    default: false
    }
  }
}

/// Identifies a README by extension, version and language.
package struct DocumentKey: Hashable, Sendable {
  package var extensionName: String
  /// The name of the ExtensionVersion.
  package var version: String
  package var language: String
}
