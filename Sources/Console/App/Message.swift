package import Client
package import Extensions
package import KubernetesAPI
package import Operations
package import Platform
package import Terminal

/// Everything that can happen to the console; nothing else changes its state.
///
/// Indirect, because the code that copies large payloads is much of a program's size.
package indirect enum Message: Hashable, Sendable {
  /// The console was opened.
  case opened
  /// The screen is about to be drawn, so derived state must be updated; sent once after any number of messages.
  case drawing
  case key(Key)
  case resized(Size)
  /// The time that `nextWakeUp` asked for.
  case time
  /// The capabilities of the cluster were discovered.
  case connected(Capabilities)
  /// The capabilities could not be discovered; this is retried after `delay`.
  case unconnected(DialectError, delay: Duration)
  case categories(WatchEvent<Category>)
  case extensions(WatchEvent<Extension>)
  case installations(WatchEvent<Installation>)
  case versions(of: String, WatchEvent<ExtensionVersion>)
  /// A plan was sent to the cluster, which accepted it or refused it.
  case applied(Plan, failure: ClusterError?)
  /// A change that nothing came of was sent a second time: the installation as written, `nil` if another writer was
  /// first; or why it was not sent.
  case triedAgain(SecondTry, Installation?, failure: ClusterError?)
  /// The result of a plan's dry run; `nil` if the API server would accept it.
  case dryRunEnded(Plan, failure: ClusterError?)
  /// The rights that were asked for; those for which there was no answer are left out.
  case judged([Access: Access.Verdict])
  /// The response to a plan's write was lost, but reading the object showed that it was carried out.
  case confirmed(Plan, reason: Sentence)
  /// The server sent a warning with a response.
  case warned(String)
  /// The connection has changed, for example to the other one of two.
  case status(ClusterSession.Status)
  /// The result of comparing two connections.
  case compared(Comparison)
  /// The documentation in a package.
  case documented(DocumentKey, Documentation)
  /// The details of an extension.
  case detailed(String, ExtensionDetails)
  /// The package of a version, and what the cluster serves.
  case evidence(EvidenceSubject, PlanSheet.Evidence)
  /// How many pods were created since the last release of an extension was begun.
  case restarts(String, Restarts)
  /// The findings about a long config, as it was after a number of edits.
  case reviewed(String, edits: Int, ConfigFindings)
  /// The user's own editor has ended, with a text or an error.
  case edited(String, EditedText)
  /// A file of the user was written.
  case wroteFile(String)
  /// What earlier sessions have stored about this cluster.
  case recalled(Records)
  /// What plans are made from, besides extensions and installations.
  case facts(PlanFacts)
  /// The draft of a config was written to disk.
  case draftKept(of: String)
  /// The settings were read again because a file has changed.
  case settings(Settings)
  /// All versions of all extensions, or why they cannot be read.
  case catalogue([ExtensionVersion], failure: ClusterError?)
  /// The server was restarted; `problem` says why that failed, or is `nil`.
  case restarted(problem: Sentence?)
  /// The result of a screen's reading.
  case read(ReadRequest, Result<ReadResult, ReadFailure>)
  /// The requests of a plan were sent; `failure` says why that failed, or is `nil`.
  case sent(RemedyPlan, failure: Sentence?)
  /// The clusters that the console can open, or why they cannot be read.
  case clusterChoices(Result<[ClusterChoice], ReadFailure>)
  /// Another cluster was opened.
  case moved(SessionSwitch)
  /// Something failed or was not saved; the sentence says what and why.
  case failed(Sentence)
}

/// The result of editing a text in another program.
package enum EditedText: Hashable, Sendable {
  case text(String)
  /// The text is not taken, for the reason in this sentence.
  case refused(Sentence)
}

/// What two connections to one cluster show differently.
package struct Comparison: Hashable, Sendable {
  /// One sentence for each object, with its kind.
  package var differences: [String]
  /// Why the comparison failed, or `nil`.
  package var failure: Sentence?

  package init(differences: [String] = [], failure: Sentence? = nil) {
    self.differences = differences
    self.failure = failure
  }
}

/// The README and changelog of a package, or why there are none.
package enum Documentation: Hashable, Sendable {
  case text(String)
  case missing(reason: Sentence)
}
