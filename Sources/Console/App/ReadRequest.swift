package import Client
package import Extensions
package import KubernetesAPI
package import Operations
package import Platform
import Terminal

/// Something that a screen needs to be read, but not watched.
///
/// `topic` names the subject, and `stamp` represents the state on which the result depends: if the stamp changes, the
/// subject is read again. Until then the former result is shown.
package struct ReadRequest: Hashable, Sendable {
  package enum Topic: Hashable, Sendable {
    /// The past of an extension, including helm's releases.
    case past(of: String)
    /// The contents of the package of a version.
    case contents(of: String, version: String)
    /// The comparison of two versions.
    case comparison(of: String, from: String, to: String)
    /// The findings of the doctor about an extension, or about all.
    case examination(of: String?)
    /// What the gateway serves for an extension, or for all.
    case serving(of: String?)
    /// Whether what the gateway serves responds.
    case probes(of: String?)
    /// The member clusters, in which agents can be placed.
    case clusters
    /// The details of a change in progress.
    case progress(of: String)
    /// The repositories, with what each offers.
    case repositories
    /// Whether the address in a form responds.
    case reachability(RepositoryDraft)
    /// The events about an extension and in its namespace.
    case events(of: String)
    /// The versions of Kubernetes and of KubeSphere.
    case platform
    /// An object of an extension, such as its installation.
    case object(of: String, Resource, called: String)
  }

  package var topic: Topic
  package var stamp: String
  package var capabilities: Capabilities
  /// `en` or `zh`, for texts in several languages.
  package var language: String
}

/// The result of a reading.
package enum ReadResult: Hashable, Sendable {
  case past(ExtensionHistory)
  case contents(PackageFacts)
  case comparison(ComparedVersions)
  case examination(Examination)
  case serving(ServingFacts)
  case probes([String: Probe])
  case clusters([MemberCluster])
  case progress(OperationProgress?)
  case repositories([RepositoryFacts])
  case reachability(Reachability)
  case events([EventLine])
  case platform(ProductVersions)
  /// YAML.
  case object(String)
}

/// Why a reading failed.
package struct ReadFailure: Error, Hashable, Sendable {
  /// A sentence for the user.
  package var sentence: Sentence
  /// Whether the user may not read it.
  package var isForbidden: Bool
  /// What the request to the cluster failed with, if it was one.
  package var cause: ClusterError?

  package init(_ sentence: Sentence, isForbidden: Bool = false, cause: ClusterError? = nil) {
    (self.sentence, self.isForbidden, self.cause) = (sentence, isForbidden, cause)
  }
}

/// The results of the readings of open screens, by topic.
struct ReadResults: Sendable {
  struct Entry: Sendable {
    /// The last result, perhaps of an earlier reading.
    var facts: ReadResult?
    /// Why the last reading failed.
    var failure: (text: String, isForbidden: Bool)?
    /// When `facts` were read.
    var moment: ClockReading?
    /// The stamp of the reading in progress, or else of the last one.
    var stamp: String
    var isUnderWay = true
    /// Since when there is no answer to the reading in progress, or to one that it replaced.
    var since: ClockReading
  }

  /// In seconds: how often a screen updates the time for which a reading has had no answer; before the first, it shows
  /// none.
  static let step = 5.0

  private var entries: [ReadRequest.Topic: Entry] = [:]

  subscript(topic: ReadRequest.Topic) -> Entry? { entries[topic] }

  /// Records that `reading` is in progress.
  mutating func begin(_ reading: ReadRequest, at now: ClockReading) {
    var entry = entries[reading.topic] ?? Entry(stamp: reading.stamp, since: now)
    if !entry.isUnderWay { entry.since = now }
    (entry.stamp, entry.isUnderWay) = (reading.stamp, true)
    entries[reading.topic] = entry
  }

  /// How long a reading has had no answer, in seconds, rounded down to a multiple of `step`; `nil` if that is 0.
  func wait(_ topic: ReadRequest.Topic, at now: ClockReading) -> Double? {
    guard let entry = entries[topic], entry.isUnderWay else { return nil }
    let steps = ((now - entry.since) / Self.step).rounded(.down)
    return steps < 1 ? nil : steps * Self.step
  }

  /// When `wait` next changes; `nil` if no screen waits for a reading.
  func nextChange(after now: ClockReading) -> ClockReading? {
    entries.filter { $0.value.isUnderWay && $0.key.isWaitedFor }.values.map { entry in
      entry.since + (((now - entry.since) / Self.step).rounded(.down) + 1) * Self.step
    }.min()
  }

  /// Records the result of `reading`; a result with an outdated stamp is dropped.
  mutating func take(
    _ reading: ReadRequest, _ answer: Result<ReadResult, ReadFailure>, at moment: ClockReading, _ language: Language
  ) {
    guard var entry = entries[reading.topic], entry.stamp == reading.stamp else { return }
    entry.isUnderWay = false
    switch answer {
    case .success(let facts): (entry.facts, entry.failure, entry.moment) = (facts, nil, moment)
    case .failure(let failure): entry.failure = (language(failure.sentence), failure.isForbidden)
    }
    entries[reading.topic] = entry
  }

  mutating func forget(_ topic: ReadRequest.Topic) { entries[topic] = nil }
}

extension ReadRequest.Topic {
  /// Whether a screen says that it is being read.
  fileprivate var isWaitedFor: Bool {
    switch self {
    case .platform, .clusters, .reachability: false
    default: true
    }
  }
}

extension ConsoleState {
  /// The line that is shown without facts: that they are being read and for how long, why that failed, or `otherwise`.
  func emptyLine(_ topic: ReadRequest.Topic, reading: String, otherwise: String) -> Line {
    guard let entry = readings[topic] else { return Line(reading, .dim) }
    if let failure = entry.failure {
      return Line(failure.text, failure.isForbidden ? .statusWarning : .statusError)
    }
    guard entry.facts == nil else { return Line(otherwise, .dim) }
    guard let wait = readings.wait(topic, at: now) else { return Line(reading, .dim) }
    return Line(reading + " ", .dim) + Line(words("no answer for {0}", words.duration(wait)), .statusWarning)
  }

  /// The line that says that the facts are outdated, and why; empty if they are not.
  func staleLines(_ topic: ReadRequest.Topic) -> [Line] {
    guard let entry = readings[topic], entry.facts != nil else { return [] }
    if let failure = entry.failure { return [Line(words("Not read again: {0}", failure.text), .statusWarning)] }
    guard let wait = readings.wait(topic, at: now), wait > ReadResults.step else { return [] }
    return [Line(words("Not read again: {0}", words("no answer for {0}", words.duration(wait))), .statusWarning)]
  }
}

extension ConsoleState {
  /// A subscription to `topic`, which is read again if `stamp` changes; empty while the capabilities are not known.
  func reading(_ topic: ReadRequest.Topic, stamp: String = "") -> [Subscription] {
    capabilityState.capabilities.map { capabilities in
      [.reading(ReadRequest(topic: topic, stamp: stamp, capabilities: capabilities, language: language))]
    } ?? []
  }

  /// A stamp that changes with the installation of `name`.
  func stamp(of name: String) -> String {
    market.installed.of(name).map { "\($0.uid) \($0.resourceVersion)" } ?? "none"
  }
}
