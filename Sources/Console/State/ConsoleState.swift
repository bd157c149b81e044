import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// Identifies the evidence that was read for one version.
struct EvidenceKey: Hashable, Sendable {
  let name: String
  let version: String

  init(_ subject: EvidenceSubject) { (name, version) = (subject.name, subject.version) }
}

/// The state that all screens share: the cluster as far as it is known, and the user's settings.
///
/// Only the app changes it; screens do so only while they handle a message.
struct ConsoleState: Sendable {
  var session: ClusterSession.Status
  var settings: Settings
  var now: ClockReading
  var size = Size(rows: 24, columns: 80)
  /// The capabilities of the cluster, and whether and when they were requested.
  var capabilityState = CapabilityState()
  /// The rights of this user.
  var rights: Rights
  /// When the rights were last requested.
  var rightsAsked: ClockReading?
  /// The effects to carry out, which `App.handle` returns.
  var effects: [Effect] = []
  var market = Market()
  var connection = ConnectionState()
  var operations = ChangeTracker()
  /// The facts for plans beyond the marketplace; `nil` until they are read.
  var planFacts: PlanFacts?
  /// Changes that this console has sent and that the API server has refused or not answered yet, by extension.
  var submissions: [String: Submission] = [:]
  /// The dry runs of the plans on the screen, by extension.
  var dryRuns: [String: DryRun] = [:]
  /// The packages and the contents read for plans and for the editor.
  var evidence: [EvidenceKey: PlanSheet.Evidence] = [:]
  /// What was restarted by the last releases of extensions whose config was shown.
  var restarts: [String: Restarts] = [:]
  /// The remaining steps of a plan of several steps.
  var stepQueue: StepQueue?
  /// The details of the extensions whose pages are open, from the objects around them.
  var details: [String: ExtensionDetails] = [:]
  /// The facts read for the open screens.
  var readings = ReadResults()
  /// Whether the records were read, and whether unfinished changes of earlier sessions were reported.
  var unfinished = (isRecalled: false, isReported: false)
  /// The clusters to which the console can switch; `nil` until they are requested.
  var clusterChoices: Result<[ClusterChoice], ReadFailure>?
  /// The progress of the requests of the remedies on the screen, by the titles of their plans.
  var remedies: [String: RemedyProgress] = [:]
  /// The version chosen on the page of versions, by extension; the other pages show this version.
  var chosenVersions: [String: String] = [:]
  /// The READMEs that were read.
  var documents: [DocumentKey: Documentation] = [:]
  /// The result of the last comparison of the two connections; `nil` while they are being compared.
  var comparison: Comparison?
  var records = Records()
  /// Extensions whose drafts were just left; once a draft is saved, a message says so.
  var announcedDrafts: Set<String> = []
  var messageLog = MessageLog()
  /// Whether the user has hidden the preview beside the list.
  var hidesPreview = false
  /// Whether times are shown exactly rather than as ages.
  var showsExactTimes = false
  /// Whether the connection to the terminal is slow, so that few bytes matter more than looks.
  var isSlow = false
  /// Whether a line is being typed, which takes an extra row.
  var isLineTyped = false
  /// The grammar of the line being typed, if it has one.
  var grammar: Sentence?
  /// The number of extensions that want attention.
  var tally = Tally()
  /// Several changes confirmed by one plan, while they are carried out.
  var many: ManySubmissions?
  /// The versions to which extensions go back whose change was cancelled here, or empty ones.
  var cancelled: [String: String] = [:]
  /// The changes made from this console, in words, oldest first.
  var changed: [Sentence] = []

  init(_ session: ClusterSession.Status, _ settings: Settings, now: ClockReading) {
    self.session = session
    self.settings = settings
    self.now = now
    rights = Rights(user: session.userText)
  }

  var dialect: Dialect? { capabilityState.capabilities?.dialect }

  var theme: Theme { settings.theme }
  var language: String { settings.language }

  /// The lines below the header that every user must see first; empty while there is no list, because they then take
  /// the place of the list.
  var banner: [String] {
    let lines = market.isFilled ? connection.refusal?.wrapped(to: max(8, size.columns - 2)) ?? [] : []
    return Array(lines.prefix(3))
  }

  /// The area of the screens: everything but the header, the banner and the footer.
  var body: Rect {
    let rest = Rect(size).split(top: 1 + banner.count).rest
    return rest.split(bottom: 1 + messageRows).rest
  }

  var bodySize: Size { body.size }

  /// Requests an effect outside the state.
  mutating func begin(_ request: Request) { effects.append(Effect(request)) }

  mutating func begin(_ requests: [Request]) { effects += requests.map { Effect($0) } }

  /// Answers a key; the answer disappears with the next key.
  mutating func say(_ tone: MessageLog.Tone, _ sentence: Sentence, about subject: String? = nil) {
    messageLog.answer(tone, words(sentence), about: subject, at: now)
  }

  /// The status of the extension called `name`.
  func status(of name: String) -> ExtensionStatus {
    ExtensionStatus(
      name, market.extensions[name], market.installed.of(name), former: records.memories[name]?.lastInstalled ?? "",
      readable: market.readable)
  }

  /// The text for an extension that is not installed, or whose installation this user may not read.
  func absence(of name: String) -> String {
    guard !market.readable.installations, let dialect else { return words("not installed") }
    return words("not known (no right to list {0})", dialect.installations.plural)
  }

  /// The config of the extension called `name`, with its comments if it was written here; `nil` if it is not installed.
  func config(of name: String) -> String? {
    market.installed.of(name).map { records.memories[name]?.config(of: $0) ?? $0.config }
  }

  /// Shows a message that stays until the user has seen it.
  mutating func announce(_ tone: MessageLog.Tone, _ sentence: Sentence, about subject: String? = nil) {
    messageLog.announce(tone, words(sentence), about: subject, at: now)
  }

  /// Adds a message to the messages page only, because it is shown elsewhere on the screen.
  mutating func record(_ tone: MessageLog.Tone, _ sentence: Sentence) {
    messageLog.record(tone, words(sentence), at: now)
  }

  /// The text for a list without rows: that it is being read, that it cannot be read, or that it is empty.
  func emptyLine(isFilled: Bool, reading: String, otherwise: String) -> Line {
    if isFilled { return Line(otherwise, .dim) }
    guard case .stale(let reason) = connection.state else { return Line(reading, .dim) }
    return Line(reason, connection.refusal == nil ? .statusWarning : .statusError)
  }

  /// The context of a plan for `name`: the known facts, and which facts are missing.
  func planContext(for name: String) -> PlanContext? {
    guard let capabilities = capabilityState.capabilities else { return nil }
    let versions = market.versions[name]
    var context = PlanContext(
      capabilities: capabilities, cluster: session.cluster, extensions: market.extensions.elements,
      installations: market.installed,
      versions: Dictionary((versions?.elements.values ?? []).map { ($0.version, $0) }, uniquingKeysWith: { $1 }))
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
    // The facts of a version that is no longer installed do not apply.
    context.installedVersions = context.installedVersions.filter {
      market.installed.of($0.key)?.version == $0.value.version
    }
    if versions?.isFilled != true { context.gaps[.versions] = versionsGap(versions?.interruption) }
    return context
  }

  /// The versions of the platform, if they have been read for the list.
  var platform: ProductVersions? {
    if case .platform(let versions)? = readings[.platform]?.facts { versions } else { nil }
  }

  /// The Kubernetes version of the cluster for filters, such as `1.32`; empty while it is not known.
  var shownKubernetes: String {
    let text = planFacts?.server.kubernetes.nonEmpty ?? platform?.kubernetes ?? ""
    return SemanticVersion(text).map { "\($0.major).\($0.minor)" } ?? ""
  }

  /// What to read for a version: its package, and the contents served for it.
  func evidenceSubject(of name: String, _ version: String) -> EvidenceSubject {
    let known = market.versions[name]?.elements.values.first { VersionText($0.version) == VersionText(version) }
    return EvidenceSubject(name: name, version: version, known: known)
  }

  private func versionsGap(_ interruption: ClusterError?) -> PlanGap {
    let refusal = dialect.flatMap { rights.reason(against: Access("list", $0.extensionVersions)) }
    return (refusal ?? interruption?.words).map { .unreadable($0) } ?? .pending
  }

  /// Requests the facts that a plan of this kind for `name` needs and that are not known yet.
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
