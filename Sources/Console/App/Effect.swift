package import Extensions
package import KubernetesAPI
import Operations
import Platform

/// A request of the console to its worker, with the rules for repeating it and for the end of the program.
///
/// Effects are data, so tests can compare them. At most one effect with an id is in progress; if a second one is
/// started, its `whenRepeated` decides which of the two continues.
package struct Effect: Hashable, Sendable {
  /// What it is about.
  package var id: ID
  /// What is to be done.
  package var request: Request
  /// What happens if an effect with the same id is in progress.
  package var whenRepeated: Repetition
  /// What happens if the program ends before the effect.
  package var onExit: Exit

  /// Identifies what an effect is about.
  package enum ID: Hashable, Sendable {
    case capabilities
    case watch(Request.Subject, Dialect)
    /// The write to the installation of this extension.
    case change(of: String)
    case dryRun(of: String)
    case rights([Access])
    case document(DocumentKey)
    case details(of: String)
    case restart
    case catalogue
    case evidence(of: String, version: String)
    case file(String)
    case review(of: String)
    case restarts(of: String)
    case ways
    case comparison
    case records
    /// The facts that plans are checked against.
    case facts
    case history
    case setting(String)
    case draft(of: String)
    case reading(ReadRequest.Topic)
    case remedy(String)
    case clusterChoices, move, trail
  }

  /// What happens to an effect if one with its id is in progress.
  package enum Repetition: Hashable, Sendable {
    /// The former one is cancelled, and this one starts.
    case restart
    /// The former one continues, and this one is dropped.
    case keep
    /// This one starts when the former one has ended.
    case queue
  }

  /// What happens to an effect in progress when the program ends.
  package enum Exit: Hashable, Sendable {
    case cancel
    /// It may take this long to finish, and is then cancelled.
    case finish(within: Duration)
  }
}

extension Effect {
  /// An effect with the id, `whenRepeated` and `onExit` of all requests of this kind.
  package init(_ request: Request) {
    self.request = request
    id = request.id
    (whenRepeated, onExit) = request.manner
  }

  /// An effect that cancels the one with `id`.
  static func stop(_ id: ID) -> Effect { Effect(.stop(id)) }
}

extension Request {
  fileprivate var id: Effect.ID {
    switch self {
    case .connect: .capabilities
    case .watch(let subject, let dialect): .watch(subject, dialect)
    case .apply(let plan): .change(of: plan.name)
    case .tryAgain(let again, _): .change(of: again.over.extension)
    case .dryRun(let plan): .dryRun(of: plan.name)
    case .ask(let questions, _): .rights(questions)
    case .document(let key, _): .document(key)
    case .readDetails(let subject, _): .details(of: subject.name)
    case .readCatalogue: .catalogue
    case .restart: .restart
    case .readEvidence(let subject, _): .evidence(of: subject.name, version: subject.version)
    case .review(let subject): .review(of: subject.name)
    case .countRestarts(let installation, _): .restarts(of: installation.extension)
    case .writeFile(let file): .file(file.name)
    case .probeWays: .ways
    case .compareWays: .comparison
    case .readFacts: .facts
    case .listClusterChoices: .clusterChoices
    case .move: .move
    case .read(let reading): .reading(reading.topic)
    case .stop(let id): id
    case .recall, .remember, .noteOutcome, .keepSetting, .setDraft, .keepPlaces, .send: idOfRecord
    }
  }

  /// The id of requests that write to this computer or send remedies.
  private var idOfRecord: Effect.ID {
    switch self {
    case .remember, .noteOutcome: .history
    case .keepSetting(let name, _): .setting(name)
    case .setDraft(let name, _): .draft(of: name)
    case .keepPlaces: .trail
    case .send(_, let plan): .remedy(plan.title.english)
    default: .records
    }
  }

  /// `whenRepeated` and `onExit` of all requests of this kind.
  fileprivate var manner: (Effect.Repetition, Effect.Exit) {
    switch self {
    // A cancelled write may have arrived; sent again, it may be carried out twice.
    case .apply, .tryAgain, .send: (.keep, .finish(within: .seconds(5)))
    case .restart, .readEvidence: (.keep, .cancel)
    case .writeFile, .remember, .noteOutcome, .keepSetting, .setDraft, .keepPlaces:
      (.queue, .finish(within: .seconds(2)))
    default: (.restart, .cancel)
    }
  }
}
