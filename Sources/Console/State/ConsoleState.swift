import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// Names what was read of one version.
struct EvidenceKey: Hashable, Sendable {
  let name: String
  let version: String

  init(_ subject: EvidenceSubject) { (name, version) = (subject.name, subject.version) }
}

/// What all views share: the cluster as it is known, and how this user wants to see it.
///
/// A value with one writer, the app; views change it only while they handle a message.
struct ConsoleState: Sendable {
  var session: ClusterSession.Status
  var settings: Settings
  var now: ClockReading
  var size = Size(rows: 24, columns: 80)
  /// What the cluster's extensions can do, and whether and when it was asked.
  var capabilityState = CapabilityState()
  /// What this user may do.
  var rights: Rights
  /// When that was asked last.
  var rightsAsked: ClockReading?
  /// What is to be done outside; `App.handle` returns it.
  var effects: [Effect] = []
  var market = Market()
  var connection = ConnectionState()
  var operations = ChangeTracker()
  /// What plans are made from beyond the marketplace; `nil` until it is read.
  var planFacts: PlanFacts?
  /// Changes that this console has sent and that the cluster has not answered, or has refused, by extension.
  var submissions: [String: Submission] = [:]
  /// What the server says to the plans on the screen, by extension.
  var dryRuns: [String: DryRun] = [:]
  /// What was read of packages and of what is served, for plans and the editor.
  var evidence: [EvidenceKey: PlanSheet.Evidence] = [:]
  /// What was restarted for the last releases of the extensions whose config was looked at.
  var restarts: [String: Restarts] = [:]
  /// What a plan of several steps still has to send.
  var stepQueue: StepQueue?
  /// All that the objects around the extensions say whose pages are open.
  var details: [String: ExtensionDetails] = [:]
  /// What was read for the screens that are open.
  var readings = Readings()
  /// Whether changes of an earlier session whose end was not seen have been told of.
  var unfinished = (isRecalled: false, isTold: false)
  /// Where the console can go; `nil` until that was asked.
  var places: Result<[ClusterPlace], ReadFailure>?
  /// How far the requests of the remedies on the screen are, by the titles of their plans.
  var remedies: [String: RemedyProgress] = [:]
  /// The version that was chosen on the page of versions, by extension: other pages are about that one.
  var chosenVersions: [String: String] = [:]
  /// The READMEs that were read.
  var documents: [DocumentKey: Documentation] = [:]
  /// What the two ways to the cluster showed when they were compared last; `nil` while they are being compared.
  var comparison: Comparison?
  var records = Records()
  /// Extensions whose drafts were left a moment ago: it will be said whether the draft is kept.
  var announcedDrafts: Set<String> = []
  var messageLog = MessageLog()
  /// The user wants no preview beside the list.
  var hidesPreview = false
  /// Times are shown as they are, not how long ago they were.
  var showsExactTimes = false
  /// The line to the terminal is slow: fewer bytes count for more than looks.
  var isSlow = false
  /// A line is being typed, which takes a row of its own.
  var isLineTyped = false
  /// What can be typed there, where that is not plain.
  var grammar: Sentence?
  /// How many extensions want attention.
  var tally = Tally()
  /// Several changes that one plan has confirmed, while they are carried out.
  var many: ManySubmissions?
  /// What was changed from here, in words, the oldest first.
  var changed: [String] = []

  init(_ session: ClusterSession.Status, _ settings: Settings, now: ClockReading) {
    self.session = session
    self.settings = settings
    self.now = now
    rights = Rights(user: session.userText)
  }

  var dialect: Dialect? { capabilityState.capabilities?.dialect }

  var theme: Theme { settings.theme }
  var language: String { settings.language }

  /// What every user must know before anything else, in rows of its own under the header; where there is no list yet,
  /// it stands in its place.
  var banner: [String] {
    let lines = market.isFilled ? connection.refusal?.wrapped(to: max(8, size.columns - 2)) ?? [] : []
    return Array(lines.prefix(3))
  }

  /// The area of the views: everything but the header, the banner and the footer.
  var body: Rect {
    let rest = Rect(size).split(top: 1 + banner.count).rest
    return rest.split(bottom: 1 + messageRows).rest
  }

  var bodySize: Size { body.size }

  /// Has `request` done outside.
  mutating func begin(_ request: Request) { effects.append(Effect(request)) }

  mutating func begin(_ requests: [Request]) { effects += requests.map { Effect($0) } }

  /// Answers a key; the answer goes with the next one.
  mutating func say(_ tone: MessageLog.Tone, _ sentence: Sentence, about subject: String? = nil) {
    messageLog.answer(tone, words(sentence), about: subject, at: now)
  }

  /// Where the extension called `name` stands.
  func status(of name: String) -> ExtensionStatus {
    ExtensionStatus(
      name, market.extensions[name], market.installed.of(name), former: records.memories[name]?.lastInstalled ?? "",
      sight: market.sight)
  }

  /// That nothing is installed as `name`, or that this user may not know.
  func absence(of name: String) -> String {
    guard !market.sight.installations, let dialect else { return words("not installed") }
    return words("not known (no right to list {0})", dialect.installations.plural)
  }

  /// The config of the extension called `name`, with its comments where it was written here; `nil` when it is not installed.
  func config(of name: String) -> String? {
    market.installed.of(name).map { records.memories[name]?.config(of: $0) ?? $0.config }
  }

  /// Shows a message that stays until it was seen.
  mutating func announce(_ tone: MessageLog.Tone, _ sentence: Sentence, about subject: String? = nil) {
    messageLog.announce(tone, words(sentence), about: subject, at: now)
  }

  /// Adds to the messages page what is shown elsewhere on the screen.
  mutating func record(_ tone: MessageLog.Tone, _ sentence: Sentence) {
    messageLog.record(tone, words(sentence), at: now)
  }

  /// Why a list has no rows: it is being read, must not or cannot be read, or there is nothing.
  func emptiness(isFilled: Bool, reading: String, otherwise: String) -> Line {
    if isFilled { return Line(otherwise, .dim) }
    guard case .stale(let reason) = connection.state else { return Line(reading, .dim) }
    return Line(reason, connection.refusal == nil ? .statusWarning : .statusError)
  }

  /// What a plan about `name` is made from: what is known by now, and what of it is not.
  func planContext(for name: String) -> PlanContext? {
    guard let capabilities = capabilityState.capabilities else { return nil }
    let versions = market.versions[name]
    var context = PlanContext(
      capabilities: capabilities, cluster: session.cluster, extensions: market.extensions.elements,
      installations: market.installed,
      versions: Dictionary((versions?.elements ?? [:]).values.map { ($0.version, $0) }, uniquingKeysWith: { $1 }))
    context.kubectlFlags = session.kubectlFlags
    context.kubectlAbsence = session.kubectlAbsence
    context.guards = session.guards(at: Timestamp(secondsSince1970: Int(now.wall)))
    context.rights = rights
    context.add(planFacts)
    if planFacts == nil, let platform {
      (context.kubernetesVersion, context.kubeSphereVersion) = (platform.kubernetes, platform.kubeSphere)
      context.gaps[.server] = nil
    }
    context.noteRunning(of: name, memory(of: name))
    // What it was before it was changed needs something else.
    context.installedVersions = context.installedVersions.filter {
      market.installed.of($0.key)?.version == $0.value.version
    }
    if versions?.isFilled != true { context.gaps[.versions] = versionsGap(versions?.interruption) }
    return context
  }

  /// The versions of the platform, where they have been read for the list.
  var platform: ProductVersions? {
    if case .platform(let versions)? = readings[.platform]?.facts { versions } else { nil }
  }

  /// The Kubernetes of the cluster as a filter asks for it, `1.32`; empty while it is not known.
  var shownKubernetes: String {
    let text = planFacts?.server.kubernetes.nonEmpty ?? platform?.kubernetes ?? ""
    return SemanticVersion(text).map { "\($0.major).\($0.minor)" } ?? ""
  }

  /// What is read of a version: its package, and what is served beside it.
  func evidenceSubject(of name: String, _ version: String) -> EvidenceSubject {
    let known = market.versions[name]?.elements.values.first { VersionText($0.version) == VersionText(version) }
    return EvidenceSubject(name: name, version: version, known: known)
  }

  private func versionsGap(_ interruption: ClusterError?) -> PlanGap {
    let refusal = dialect.flatMap { rights.reason(against: Access("list", $0.extensionVersions)) }
    return (refusal ?? interruption?.words).map { .unreadable($0) } ?? .pending
  }

  /// Reads what a change of this kind to `name` is held against, and what is not known of it yet.
  func readFacts(for kind: ChangeKind, of name: String) -> [Request] {
    guard !kind.row.reads.isDisjoint(with: [.dependants, .server]), let capabilities = capabilityState.capabilities
    else {
      return []
    }
    let others = market.installed.all.filter { other in
      other.extension != name && planFacts?.versionsInUse[other.extension]?.version != other.version
    }
    return [.readFacts(others.sorted { $0.name < $1.name }, capabilities)]
  }
}
