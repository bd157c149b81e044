import Extensions
import KubernetesAPI
import Manifest
import Platform

/// What was read about one repository, for its findings.
///
/// Events are the only record of how a sync went.
struct RepositoryFile {
  private let object: Object
  private let newest: EventLine?
  private let now: Timestamp
  private let dialect: Dialect
  /// The extensions that belong to the repository; `nil` if they could not be read.
  private let extensions: [Extension]?

  init(_ object: Object, events: [Object], _ extensions: [Extension]?, _ dialect: Dialect, _ now: Timestamp) {
    self.object = object
    self.extensions = extensions?.filter { $0.repository == object.name }
    self.dialect = dialect
    self.now = now
    newest = events.map(EventLine.init).filter { $0.kind == "Repository" && $0.subject == object.name }.min()
  }

  var findings: [Finding] { passedOver + reading + owning }

  /// An extension belongs to the first repository that offered its name; KubeSphere silently ignores it in all others.
  private var owning: [Finding] {
    let lastSync = RepositoryFacts.lastSync(of: object)
    guard extensions?.isEmpty == true, !lastSync.isEmpty, newest?.reason != "SyncFailed" else { return [] }
    return [
      Finding(
        cause: .repositoryOwnsNothing, subject: "Repository \(object.name)",
        sentence:
          "it was read, and no extension is its own: it offers none, or others had their names first",
        evidence: [.init("Repository \(object.name)", "status.lastSyncTime", at: lastSync)],
        certainty: .possible,
        remedies: [
          Remedy(
            "see what it offers",
            [
              .manual(
                "ksx repo test with its address; a name that another repository has is free once that one is removed")
            ]
          )
        ])
    ]
  }

  /// Fields that cannot be applied.
  ///
  /// KubeSphere's Repository CRD has no conditions, so there an annotation holds them.
  private var passedOver: [Finding] {
    let noted = object.annotations["ksx.dev/conditions"].flatMap { try? JSON.parse(Array($0.utf8)) }
    return ExaminedInstallation.Refusal.all(of: noted ?? object.status["conditions"]).map { refusal in
      Finding(
        cause: .fieldPassedOver, subject: "Repository \(object.name)", sentence: Sentence(verbatim: refusal.message),
        evidence: [
          .init("Repository \(object.name)", "status.conditions", refusal.type, time: refusal.time)
        ], certainty: .certain, remedies: [Remedy("correct it", [.manual("ksx repo edit \(object.name)")])])
    }
  }

  /// Problems of the last sync.
  private var reading: [Finding] {
    if let newest, newest.reason == "SyncFailed" { return [unreachable(newest)] }
    guard object.status["lastSyncTime"]?.string == nil, newest == nil, dialect.name == .installPlan,
      let created = Timestamp.seconds(object.creationTimestamp ?? ""), now.secondsSince1970 - created > 300
    else { return [] }
    return [
      Finding(
        cause: .repositoryNeverRead, subject: "Repository \(object.name)",
        sentence: "it was never read since it was made: the controller is down, or waits for an answer without end",
        evidence: [
          .init(
            "Repository \(object.name)", "status.lastSyncTime", saying: "not there",
            time: object.creationTimestamp ?? "")
        ], certainty: .likely, remedies: [resync])
    ]
  }

  private func unreachable(_ event: EventLine) -> Finding {
    let message = event.message
    let isTrust = message.containsText("x509") || message.containsText("certificate")
    let text: Sentence = isTrust ? "its certificate is not trusted: \(message)" : "it cannot be read: \(message)"
    return Finding(
      cause: .repositoryUnreachable, subject: "Repository \(object.name)", sentence: text,
      evidence: [.init("Event of Repository \(object.name)", "SyncFailed", message, time: event.time)],
      certainty: .certain,
      remedies: [Remedy("mend it", [.manual("what stands in the message")] + resync.steps, cost: resync.cost)])
  }

  private var resync: Remedy {
    let request = RemedyRequest(
      resource: dialect.repositories, namespace: nil, name: object.name,
      action: .merge(
        RepositoryChange.sync(wasRead: !RepositoryFacts.lastSync(of: object).isEmpty, at: now, in: dialect)))
    return Remedy(
      "read it again", [.send(request)], cost: "a chart that cannot be fetched meanwhile has its version deleted")
  }
}
