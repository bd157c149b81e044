package import Extensions
package import KubernetesAPI
package import Operations
package import Platform
import Terminal

/// Something that a screen wants read, beyond what is watched.
///
/// The topic says what; the stamp what it depends on: with another stamp it is read again, and what was read before
/// stays on the screen until the answer is there.
package struct Reading: Hashable, Sendable {
  package enum Topic: Hashable, Sendable {
    /// The past of an extension, with helm's releases.
    case past(of: String)
    /// What is in the package of a version.
    case contents(of: String, version: String)
    /// What differs between two versions.
    case comparison(of: String, from: String, to: String)
    /// What is wrong with an extension, or with any.
    case examination(of: String?)
    /// What the gateway serves, of an extension or of all.
    case serving(of: String?)
    /// Whether what is served answers.
    case probes(of: String?)
    /// The clusters that agents can be placed in.
    case clusters
    /// What is seen of a change under way.
    case sight(of: String)
    /// The repositories with what comes from each.
    case repositories
    /// Whether what a form names answers.
    case reachability(RepositoryDraft)
    /// The events about an extension and in its namespace.
    case events(of: String)
    /// The versions of Kubernetes and of KubeSphere.
    case platform
    /// The object of an extension, such as its installation.
    case object(of: String, Resource, called: String)
  }

  package var topic: Topic
  package var stamp: String
  package var capabilities: Capabilities
  /// `en` or `zh`, for what is read in a language.
  package var language: String
}

/// What was read.
package enum ReadFacts: Hashable, Sendable {
  case past(Chronicle)
  case contents(PackageFacts)
  case comparison(ComparedVersions)
  case examination(Examination)
  case serving(ServingFacts)
  case probes([String: Probe])
  case clusters([MemberCluster])
  case sight(OperationSight?)
  case repositories([RepositoryFacts])
  case reachability(Reachability)
  case events([EventLine])
  case platform(ProductVersions)
  /// YAML.
  case object(String)
}

/// Why something was not read.
package struct ReadFailure: Error, Hashable, Sendable {
  /// A sentence for the user.
  package var sentence: Sentence
  /// The user may not read it.
  package var isForbidden: Bool

  package init(_ sentence: Sentence, isForbidden: Bool = false) {
    (self.sentence, self.isForbidden) = (sentence, isForbidden)
  }
}

/// What was read for the screens that are open, by topic.
struct Readings: Sendable {
  struct Entry: Sendable {
    /// What is known, perhaps from before.
    var facts: ReadFacts?
    /// Why the last reading came to nothing.
    var failure: (text: String, isForbidden: Bool)?
    /// When the facts were read.
    var moment: ClockReading?
    /// The stamp that is read or was read last.
    var stamp: String
    var isUnderWay = true
  }

  private var entries: [Reading.Topic: Entry] = [:]

  subscript(topic: Reading.Topic) -> Entry? { entries[topic] }

  /// `reading` is under way.
  mutating func begin(_ reading: Reading) {
    entries[reading.topic, default: Entry(stamp: reading.stamp)].stamp = reading.stamp
    entries[reading.topic]?.isUnderWay = true
  }

  /// Takes in what `reading` came to; an answer that nothing waits for any more is dropped.
  mutating func take(
    _ reading: Reading, _ answer: Result<ReadFacts, ReadFailure>, at moment: ClockReading, _ words: Language
  ) {
    guard var entry = entries[reading.topic], entry.stamp == reading.stamp else { return }
    entry.isUnderWay = false
    switch answer {
    case .success(let facts): (entry.facts, entry.failure, entry.moment) = (facts, nil, moment)
    case .failure(let failure): entry.failure = (words(failure.sentence), failure.isForbidden)
    }
    entries[reading.topic] = entry
  }

  mutating func forget(_ topic: Reading.Topic) { entries[topic] = nil }

  /// What is said where there is nothing to show: that it is being read, why it was not, or that there is nothing.
  func emptiness(_ topic: Reading.Topic, reading: String, otherwise: String) -> Line {
    guard let entry = entries[topic] else { return Line(reading, .dim) }
    if let failure = entry.failure {
      return Line(failure.text, failure.isForbidden ? .statusWarning : .statusError)
    }
    return entry.facts == nil ? Line(reading, .dim) : Line(otherwise, .dim)
  }

  /// Says that what is shown is from before, and why.
  func concern(_ topic: Reading.Topic, _ words: Language) -> [Line] {
    guard let entry = entries[topic], entry.facts != nil, let failure = entry.failure else { return [] }
    return [Line(words("Not read again: {0}", failure.text), .statusWarning)]
  }
}

extension ConsoleState {
  /// A subscription to `topic`, read again when `stamp` is another one; none while it is not known how.
  func reading(_ topic: Reading.Topic, stamp: String = "") -> [Subscription] {
    capabilityState.capabilities.map { capabilities in
      [.reading(Reading(topic: topic, stamp: stamp, capabilities: capabilities, language: language))]
    } ?? []
  }

  /// Another text whenever the installation of `name` is another one.
  func stamp(of name: String) -> String {
    market.installed.of(name).map { "\($0.uid) \($0.resourceVersion)" } ?? "none"
  }
}
