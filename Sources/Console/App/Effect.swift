package import Extensions
package import KubernetesAPI
import Operations

/// A request of the console to its worker, and what becomes of it when it is repeated or the program ends.
///
/// Effects are data, so tests can compare them. At most one effect of an id is under way; `whenRepeated` of a second
/// one decides which of the two goes on.
package struct Effect: Hashable, Sendable {
  /// What it is about.
  package var id: ID
  /// What is to be done.
  package var request: Request
  /// What becomes of it when an effect of the same id is under way.
  package var whenRepeated: Repetition
  /// What becomes of it when the program ends before it does.
  package var onExit: Exit

  /// The subject of an effect.
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
    /// What plans are checked against.
    case facts
    case history
    case setting(String)
    case draft(of: String)
    case reading(Reading.Topic)
    case remedy(String)
    case places, move
  }

  /// What becomes of an effect whose id is under way already.
  package enum Repetition: Hashable, Sendable {
    /// The one under way is cancelled, and this one starts.
    case restart
    /// The one under way goes on, and this one is dropped.
    case keep
    /// This one starts when the one under way has ended.
    case queue
  }

  /// What becomes of an effect that is under way when the program ends.
  package enum Exit: Hashable, Sendable {
    case cancel
    /// It may take this long to finish; then it is cancelled.
    case finish(within: Duration)
  }
}

extension Effect {
  /// `request`, with the id, `whenRepeated` and `onExit` that all requests of its kind have.
  package init(_ request: Request) {
    self.request = request
    (whenRepeated, onExit) = (.restart, .cancel)
    switch request {
    case .connect: id = .capabilities
    case .watch(let subject, let dialect): id = .watch(subject, dialect)
    case .apply(let plan):
      // A write that was cancelled may have arrived; sent a second time, it may be carried out twice.
      (id, whenRepeated, onExit) = (.change(of: plan.name), .keep, .finish(within: .seconds(5)))
    case .dryRun(let plan): id = .dryRun(of: plan.name)
    case .ask(let questions, _): id = .rights(questions)
    case .document(let key, _): id = .document(key)
    case .readDetails(let subject, _): id = .details(of: subject.name)
    case .readCatalogue: id = .catalogue
    case .restart: (id, whenRepeated) = (.restart, .keep)
    case .readEvidence(let subject, _):
      (id, whenRepeated) = (.evidence(of: subject.name, version: subject.version), .keep)
    case .review(let subject): id = .review(of: subject.name)
    case .countRestarts(let installation, _): id = .restarts(of: installation.extension)
    case .writeFile(let file): (id, whenRepeated, onExit) = (.file(file.name), .queue, .finish(within: .seconds(2)))
    case .probeWays: id = .ways
    case .compareWays: id = .comparison
    case .recall: id = .records
    case .remember, .noteOutcome: (id, whenRepeated, onExit) = (.history, .queue, .finish(within: .seconds(2)))
    case .readFacts: id = .facts
    case .keepSetting(let name, _):
      (id, whenRepeated, onExit) = (.setting(name), .queue, .finish(within: .seconds(2)))
    case .keepDraft(let name, _):
      (id, whenRepeated, onExit) = (.draft(of: name), .queue, .finish(within: .seconds(2)))
    case .send(_, let plan): (id, whenRepeated, onExit) = (.remedy(plan.title), .keep, .finish(within: .seconds(5)))
    case .listPlaces: id = .places
    case .move: id = .move
    case .read(let reading): id = .reading(reading.topic)
    case .stop(let id): self.id = id
    }
  }

  /// Cancels what is under way about `id`.
  static func stop(_ id: ID) -> Effect { Effect(.stop(id)) }
}
