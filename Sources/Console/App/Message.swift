package import Client
package import Extensions
package import KubernetesAPI
package import Operations
package import Platform
package import Terminal

/// Everything that can happen to the console.
///
/// There is no other way to change it.
package enum Message: Hashable, Sendable {
  /// The console was opened.
  case opened
  /// The screen is about to be drawn: what follows from the news is worked out, once for any number of messages.
  case drawing
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
  /// What rested was sent once more, and came to this, or to nothing where another writer was first; or why it was not.
  case triedAgain(SecondTry, Installation?, failure: ClusterError?)
  /// The server was asked what it would say to a plan: nothing against it, or why not.
  case dryRunEnded(Plan, failure: ClusterError?)
  /// What this user may do, of what was asked; what the cluster does not say is left out.
  case judged([Access: Access.Verdict])
  /// The answer to a plan's write was lost, and the object was read again: it was carried out.
  case confirmed(Plan, reason: String)
  /// The server sent a warning with an answer.
  case warned(String)
  /// Another of the two ways to the cluster is in use now.
  case status(ClusterSession.Status)
  /// What the two ways show differently.
  case compared(Comparison)
  /// A package's documentation.
  case documented(DocumentKey, Documentation)
  /// All that the objects around an extension say.
  case detailed(String, ExtensionDetails)
  /// What is in the package of a version, and what the cluster serves.
  case evidence(EvidenceSubject, PlanSheet.Evidence)
  /// How many pods were made for the last release of an extension.
  case restarts(String, Restarts)
  /// What was found of a long config as it was after some edits.
  case reviewed(String, edits: Int, ConfigFindings)
  /// The user's own editor has ended: with a text, or with what is wrong.
  case edited(String, EditedText)
  /// A file of the user's was written.
  case wroteFile(String)
  /// What earlier sessions kept about this cluster.
  case recalled(Records)
  /// What plans are made from beyond the marketplace.
  case facts(PlanFacts)
  /// A config that is being written is on this computer's disk.
  case draftKept(of: String)
  /// The files of settings have changed, and were read anew.
  case settings(Settings)
  /// All versions of all extensions, or why they cannot be read.
  case catalogue([ExtensionVersion], failure: ClusterError?)
  /// The server was started again, or was not, for this reason.
  case restarted(problem: String?)
  /// What a screen wanted read, or why it was not.
  case read(Reading, Result<ReadFacts, ReadFailure>)
  /// The requests of a plan were sent; why they were not carried out, or `nil`.
  case sent(RemedyPlan, failure: Sentence?)
  /// Where the console can go, or why that is not known.
  case places(Result<[ClusterPlace], ReadFailure>)
  /// Another place was opened.
  case moved(Move)
  /// Something was not done or not saved; the text says what and why.
  case failed(Sentence)
}

/// What came of editing a text in another program.
package enum EditedText: Hashable, Sendable {
  case text(String)
  /// Nothing was taken, and why, as a sentence.
  case refused(Sentence)
}

/// What two ways to one cluster show differently.
package struct Comparison: Hashable, Sendable {
  /// One sentence for each object, with its kind.
  package var differences: [String]
  /// Why the comparison came to nothing, or `nil`.
  package var failure: Sentence?

  package init(differences: [String] = [], failure: Sentence? = nil) {
    self.differences = differences
    self.failure = failure
  }
}

/// The README of a package, or why there is none to show.
package enum Documentation: Hashable, Sendable {
  case text(String)
  case missing(reason: Sentence)
}
