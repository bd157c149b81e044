import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

// What is wrong around an installation: its agents, its config, what it needs and serves, its repository.
extension DiagnosisTests {
  @Test func agentsThatAreSkippedAreToldWithTheReason() {
    let spec: Mapping = ["clusterScheduling": ["placement": ["clusters": ["east", "west", "north"]]]]
    let skipped = findings(
      "Installed", spec: spec, status: ["clusterSchedulingStatuses": ["east": ["state": "Installed"]]]
    ) {
      $0.clusters = [
        "east": .there(.init(name: "east", obstacle: nil)), "west": .missing,
        "north": .there(.init(name: "north", obstacle: "it is not Ready")),
      ]
    }
    #expect(
      skipped.map(\.text) == [
        "no agent is made in west, without a word: there is no such cluster",
        "no agent is made in north, without a word: it is not Ready",
      ])
  }

  @Test func aClusterThatDoesNotAnswerHoldsUpThoseBehindIt() {
    let spec: Mapping = ["clusterScheduling": ["placement": ["clusters": ["far", "east", "gone"]]]]
    let held = findings("Installed", spec: spec) {
      $0.clusters = [
        "far": .there(.init(name: "far", obstacle: nil)), "east": .there(.init(name: "east", obstacle: nil)),
        "gone": .missing,
      ]
    }
    let start = "though it is Ready: "
    #expect(
      held.map(\.text) == [
        "no agent was made in far, \(start)it may not answer the controller, and those behind it in the list wait for it",
        "no agent was made in east, \(start)far, before it in the list, may not answer the controller",
        "no agent is made in gone, without a word: there is no such cluster",
      ])
    #expect(
      body(held) == #"{"spec":{"clusterScheduling":{"placement":{"clusters":["east","gone","far"]}}}}"#)
    #expect(
      body(Array(held.dropFirst(2))) == #"{"spec":{"clusterScheduling":{"placement":{"clusters":["far","east"]}}}}"#)
  }

  @Test func aClusterThatIsLastAlreadyIsNotPutLast() {
    let spec: Mapping = ["clusterScheduling": ["placement": ["clusters": ["east", "far"]]]]
    let held = findings(
      "Installed", spec: spec, status: ["clusterSchedulingStatuses": ["east": ["state": "Installed"]]]
    ) {
      $0.clusters = [
        "far": .there(.init(name: "far", obstacle: nil)), "east": .there(.init(name: "east", obstacle: nil)),
      ]
    }
    #expect(
      held.map(\.text) == ["no agent was made in far, though it is Ready: it may not answer the controller"])
    #expect(remedies(held) == ["make far answer", "take far out of the placement", "nudge"])
  }

  /// Row t.
  @Test func aReleaseThatWasRolledBackByHandIsTold() {
    let found = findings("Installed") {
      $0.releases = .there([release(1, "1.1.0", "superseded"), release(2, "1.0.0")])
    }
    #expect(causes(found) == [.releaseDiffers])
    #expect(body(found) == #"{"spec":{"extension":{"version":"1.0.0"}}}"#)
  }

  @Test func aPodBesideTheOneThatDidItIsNotWaitedFor() {
    let job = Object(.jobs, name: "j", ["status": ["active": 1, "succeeded": 1]])
    let pod = Object(.pods, name: "p", ["status": ["phase": "Pending"]])

    #expect(
      ExaminedInstallation.ObservedJob(job, pods: [pod])
        == ExaminedInstallation.ObservedJob(isActive: false, isComplete: true))
  }

  @Test func anAgentThatFailedOrHoldsADeletionIsToldByItsCluster() {
    let status: Mapping = ["clusterSchedulingStatuses": ["east": ["state": "UpgradeFailed"]]]
    let failed = findings("Installed", status: status)
    #expect(causes(failed) == [.agentFailed])
    #expect(body(failed) == #"{"status":{"clusterSchedulingStatuses":{"east":{"configHash":""}}}}"#)
    let held = findings(
      "Installed", status: ["clusterSchedulingStatuses": ["east": ["state": "Installed"]]], metadata: going
    ) { $0.clusters = ["east": .there(.init(name: "east", obstacle: "it is not Ready"))] }
    #expect(causes(held) == [.agentHoldsDeletion])
    #expect(body(held) == #"{"status":{"clusterSchedulingStatuses":{"east":null}}}"#)
  }

  @Test func anAgentOfAReadyClusterThatDoesNotAnswerIsTold() {
    let hindrance: Value = [
      "type": "Scheduled", "status": "False", "reason": "ClusterUnreachable",
      "message": "the cluster does not answer: timed out",
    ]
    let status: Mapping = [
      "clusterSchedulingStatuses": ["east": ["state": "Upgrading", "conditions": [hindrance]]]
    ]

    let stays = findings("Installed", status: status) {
      $0.clusters = ["east": .there(.init(name: "east", obstacle: nil))]
    }
    #expect(causes(stays) == [.agentHindered])
    #expect(
      stays.first?.text == "its agent in east stays as it is, Upgrading: the cluster does not answer: timed out")
    let held = findings("Installed", status: status, metadata: going) {
      $0.clusters = ["east": .there(.init(name: "east", obstacle: nil))]
    }
    #expect(causes(held) == [.agentHoldsDeletion])
  }

  @Test func aReadyClusterThatDoesNotAnswerIsSuspectedOfHoldingADeletion() {
    let status: Mapping = ["clusterSchedulingStatuses": ["east": ["state": "Installed"]]]
    func held(_ seconds: Int) -> [Finding] {
      let going: Mapping = ["deletionTimestamp": .string(Timestamp.text(now - seconds))]
      return findings("Installed", status: status, metadata: going) {
        $0.clusters = ["east": .there(.init(name: "east", obstacle: nil))]
      }
    }

    #expect(causes(held(12)) == [.agentHoldsDeletion])
    #expect(held(12).first?.certainty == .possible)
    #expect(remedies(held(12)) == ["make the cluster answer", "forget the agent in east"])
    #expect(held(3).isEmpty)
  }

  @Test func aSchedulingWithoutAPlacementBreaksTheController() {
    let broken = findings("Installed", spec: ["clusterScheduling": ["overrides": [:]]])
    #expect(causes(broken) == [.noPlacement])
    #expect(body(broken) == #"{"spec":{"clusterScheduling":{"placement":{"clusters":[]}}}}"#)
  }

  // Rows l, m, n, s, u.

  @Test func whatWaitsIsANoteAndNoTrouble() {
    let waiting = findings("Upgrading", spec: ["config": "a: 1", "enabled": false]) {
      $0.job = .there(.init(isActive: true, isComplete: false))
    }
    #expect(causes(waiting) == [.changeWaits, .switchWaits])
    #expect(waiting.allSatisfy { $0.certainty == .note })
    // KubeSphere's controllers name the version that runs while they are at the one that is asked for.
    func upgrading(to version: String) -> [Finding.Cause] {
      causes(
        findings("Upgrading", status: ["version": "1.0.0"]) {
          var job = ExaminedInstallation.ObservedJob(isActive: true, isComplete: false)
          job.version = version
          $0.job = .there(job)
        })
    }
    #expect(upgrading(to: "1.1.0") == [] && upgrading(to: "1.0.5") == [.changeWaits])
  }

  @Test(arguments: ["- a\n", "a: 1\n---\nb: 2\n"])
  func aConfigThatHelmDoesNotTakeAsItIsMeantIsTold(config: String) {
    let found = findings(
      "Installed", spec: ["config": .string(config)], status: ["configHash": .string(ConfigHash.of(config))])
    #expect(causes(found) == [.configRefused])
  }

  @Test func aNameOfItsOwnIsTold() {
    #expect(causes(findings("Installed", name: "mine")) == [.planName])
  }

  @Test func anInstallationWithoutAReleaseIsWarnedOfBeforeItIsDeleted() {
    let lost = findings("Installed") { $0.releases = .there([]) }
    #expect(causes(lost) == [.releaseGone])
    #expect(lost.first?.text.contains("a deletion would forget everything") == true)
    #expect(findings("Installed") { $0.releases = .unknown }.isEmpty)
  }

  // Needs and what is served.

  @Test func constraintsAndDependenciesAreHeldAgainstWhatThereIs() throws {
    let version = ExtensionVersion(
      Object(
        Dialect.installPlan.extensionVersions, name: "whizard-1.1.0",
        [
          "spec": [
            "version": "1.1.0", "kubeVersion": ">=1.30.0", "ksVersion": ">=4.0.0",
            "externalDependencies": [["name": "logs", "version": ">=2", "required": true]],
          ]
        ]), dialect: .installPlan)
    var context = PlanContext(
      capabilities: Capabilities(assuming: .installPlan), cluster: "c", extensions: [:], installations: Installations(),
      versions: [:])
    context.kubernetesVersion = "v1.30.1-eks-1"
    context.kubeSphereVersion = "v3.9.0"
    let found = findings("Installed") { ($0.version, $0.context) = (.there(version), context) }

    #expect(causes(found) == [.dependencyMissing, .constraintReadTwoWays, .constraintUnmet])
    #expect(found[1].certainty == .note)
  }

  @Test func whatIsNeededAndThereAlreadyIsNotInstalled() {
    func remedy(_ logs: Installation?) -> [String] {
      let version = ExtensionVersion(
        Object(
          Dialect.installPlan.extensionVersions, name: "whizard-1.1.0",
          [
            "spec": [
              "version": "1.1.0", "externalDependencies": [["name": "logs", "version": ">=1.1.0", "required": true]],
            ]
          ]), dialect: .installPlan)
      var other = logs
      other?.extension = "logs"
      let context = PlanContext(
        capabilities: Capabilities(assuming: .installPlan), cluster: "c", extensions: [:],
        installations: Installations([other].compactMap { $0 }), versions: [:])
      let found = findings("Installed") { ($0.version, $0.context) = (.there(version), context) }
      return found.flatMap(\.remedies).map(\.name.english)
    }

    #expect(remedy(nil) == ["install what it needs"])
    #expect(remedy(Sample.installation("Installed", isEnabled: false, name: "logs")) == ["enable what it needs"])
    #expect(
      remedy(Sample.installation("Installed", wanted: "1.0.0", tried: "1.0.0", name: "logs")) == [
        "bring what it needs to a version that fits"
      ])
    #expect(remedy(Sample.installation("UpgradeFailed", name: "logs")) == ["mend what it needs"])
    #expect(remedy(Sample.installation("Upgrading", name: "logs")) == ["wait for what it needs"])
  }

  @Test func whatIsEnabledAndNotServedIsTold() {
    let served = ServedObject(
      Object(
        Dialect.installPlan.apiServices, name: "v1.weather", ["spec": ["group": "weather.example", "version": "v1"]]),
      kind: "APIService", dialect: .installPlan)
    let found = findings("Installed") { $0.served = [served] }
    #expect(found.map(\.text) == ["APIService weather.example/v1 is not served, though the extension is enabled"])
  }

  @Test func whatTheGatewayRefusesIsToldWithItsReason() {
    let condition: Value = [
      "type": "Served", "status": "False", "reason": "Conflict", "message": "both claim /x; the older one serves it",
    ]
    let served = ServedObject(
      Object(
        Dialect.installPlan.apiServices, name: "v1.weather",
        [
          "spec": ["group": "w.example", "version": "v1"], "status": ["state": "Available", "conditions": [condition]],
        ]),
      kind: "APIService", dialect: .installPlan)
    let found = findings("Installed") { $0.served = [served] }

    #expect(!served.isServed)
    #expect(served.stateWords.english == "not served: Conflict: both claim /x; the older one serves it")
    #expect(found.map(\.cause) == [.notServed])
    #expect(found[0].evidence.map(\.value) == ["Conflict: both claim /x; the older one serves it"])
    #expect(found[0].remedies.isEmpty)
  }

  @Test func repositoriesSpeakByTheirEvents() {
    let repository = Object(Dialect.installPlan.repositories, name: "main", ["status": ["lastSyncTime": "t"]])
    func event(_ reason: String, _ message: String, _ time: String) -> Object {
      Object([
        "metadata": ["name": "e"], "involvedObject": ["kind": "Repository", "name": "main"], "reason": .string(reason),
        "message": .string(message), "lastTimestamp": .string(time),
      ])
    }
    let failed = event(
      "SyncFailed", "Get https://x: x509: certificate signed by unknown authority", "2026-11-26T10:02:00Z")
    let at = Timestamp(secondsSince1970: now)
    func found(_ events: [Object], _ object: Object? = nil) -> [Finding] {
      RepositoryFile(object ?? repository, events: events, nil, .installPlan, at).findings
    }

    #expect(found([event("Synced", "", "2026-11-26T10:01:00Z"), failed]).map(\.cause) == [.repositoryUnreachable])
    #expect(found([failed]).first?.text.hasPrefix("its certificate is not trusted") == true)
    #expect(found([failed, event("Synced", "", "2026-11-26T10:03:00Z")]).isEmpty)
    var unread = Object(Dialect.installPlan.repositories, name: "new")
    unread.value = unread.value.setting(["metadata", "creationTimestamp"], to: "2026-11-26T09:00:00Z")
    #expect(found([], unread).map(\.cause) == [.repositoryNeverRead])
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aRepositoryIsReadAgainAsItsDialectHasIt(dialect: Dialect) {
    let nudge: Mapping = ["ksx.dev/nudge": "2026-11-26T10:10:00Z"]
    let body: Value =
      dialect == .installPlan
      ? ["status": ["lastSyncTime": .null], "metadata": ["annotations": .mapping(nudge)]]
      : ["metadata": ["annotations": ["ksx.dev/nudge": "2026-11-26T10:10:00Z", "ksx.dev/last-sync-time": .null]]]
    let event = Object([
      "metadata": ["name": "e"], "involvedObject": ["kind": "Repository", "name": "main"], "reason": "SyncFailed",
      "message": "no route", "lastTimestamp": "2026-11-26T10:02:00Z",
    ])
    let file = RepositoryFile(
      Object(dialect.repositories, name: "main"), events: [event], nil, dialect, Timestamp(secondsSince1970: now))

    let steps = file.findings.first?.remedies.first?.steps ?? []

    #expect(
      steps.contains(
        .send(
          RemedyRequest(resource: dialect.repositories, namespace: nil, name: "main", action: .merge(body)))))
  }

  @Test func aFieldThatIsPassedOverIsToldWithTheWayBack() {
    let place: Mapping = [
      "type": "TargetNamespace", "status": "False", "reason": "Immutable", "message": "targetNamespace b is refused",
    ]
    let found = findings("Installed", status: ["conditions": [.mapping(place)]])
    #expect(causes(found) == [.fieldPassedOver])
    #expect(found.first?.text == "targetNamespace b is refused")
    #expect(body(found) == #"{"spec":{"targetNamespace":"extension-whizard"}}"#)

    let told = #"[{"type":"Accepted","status":"False","reason":"InvalidField","message":"interval: x is none"}]"#
    var repository = Object(Dialect.installPlan.repositories, name: "main", ["status": ["lastSyncTime": "x"]])
    repository.value = repository.value.setting(["metadata", "annotations"], to: ["ksx.dev/conditions": .string(told)])
    let file = RepositoryFile(repository, events: [], nil, .installPlan, Timestamp(secondsSince1970: now))
    #expect(file.findings.map(\.text) == ["interval: x is none"])
  }

  @Test(arguments: ["banana", "Automatic"])
  func aStrategyThatNoControllerReadsIsTold(strategy: String) {
    let found = findings("Installed", spec: ["upgradeStrategy": .string(strategy)])
    #expect(causes(found) == [.fieldPassedOver])
    #expect(found.first?.text == "its upgradeStrategy “\(strategy)” is passed over: no controller upgrades by itself")
    #expect(findings("Installed", spec: ["upgradeStrategy": "Manual"]).isEmpty)
  }

  @Test func theSameSignsAreJudgedTheSame() {
    let once = findings("UninstallFailed", metadata: going)
    #expect(once == findings("UninstallFailed", metadata: going))
  }

  @Test func aPodsReasonIsReadWhereverItStands() {
    let job = Object(.jobs, name: "j", ["status": ["active": 1]])
    func sight(_ status: Mapping) -> String? {
      ExaminedInstallation.ObservedJob(job, pods: [Object(.pods, name: "p", ["status": .mapping(status)])]).waiting?
        .english
    }

    #expect(
      sight([
        "phase": "Pending", "containerStatuses": [["state": ["waiting": ["reason": "ErrImagePull", "message": "no"]]]],
      ]) == "ErrImagePull: no")
    #expect(
      sight(["phase": "Pending", "conditions": [["type": "PodScheduled", "status": "False", "message": "0/3 nodes"]]])
        == "not scheduled: 0/3 nodes")
    #expect(sight(["phase": "Running"]) == nil)
    #expect(ExaminedInstallation.ObservedJob(job, pods: []).waiting == "no pod was made")
  }

  @Test(arguments: [
    ("helm upgrade r http://a/whizard-telemetry-1.1.0-rc-1.tgz --namespace n --values v", "1.1.0-rc-1"),
    ("cp a b && helm upgrade r oci://a/whizard-telemetry --version v2.0.0 --wait", "v2.0.0"),
    ("helm upgrade --install r release.tgz --namespace n", ""),
    ("helm upgrade --version", ""),
    ("true", ""),
  ])
  func theJobsLineTellsForWhichVersionItWasMade(line: String, version: String) {
    let container: Value = ["name": "helm", "command": ["/bin/sh", "-c", .string(line)]]
    let job = Object(
      .jobs, name: "j", labels: ["kubesphere.io/extension-ref": "whizard-telemetry"],
      ["spec": ["template": ["spec": ["containers": [container]]]]])

    #expect(ExaminedInstallation.ObservedJob(job, pods: []).version == version)
  }

  @Test func everyPodIsBeingMadeForSomeSeconds() {
    let job = Object(.jobs, name: "j", ["status": ["active": 1]])
    func isBeginning(_ reason: String) -> Bool {
      let status: Mapping = [
        "phase": "Pending", "containerStatuses": [["state": ["waiting": ["reason": .string(reason)]]]],
      ]
      return ExaminedInstallation.ObservedJob(job, pods: [Object(.pods, name: "p", ["status": .mapping(status)])])
        .isBeginning
    }

    #expect(isBeginning("ContainerCreating"))
    #expect(!isBeginning("ImagePullBackOff"))
    #expect(ExaminedInstallation.ObservedJob(job, pods: []).isBeginning)
  }
}
