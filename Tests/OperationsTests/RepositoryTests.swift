import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// Repositories as lists show them, and what is done to them.
@Suite struct RepositoryTests {
  private let object = Object(
    Dialect.installPlan.repositories, name: "main",
    [
      "spec": ["url": "https://charts.example", "description": "The main one", "insecure": true],
      "status": ["lastSyncTime": "2026-01-02T03:00:00Z"],
    ])

  private func event(_ reason: String, _ message: String, _ minute: Int, about name: String = "main") -> Object {
    Object(
      .events, name: "e\(minute)", namespace: "default",
      [
        "reason": .string(reason), "message": .string(message),
        "lastTimestamp": .string("2026-01-02T03:0\(minute):00Z"),
        "involvedObject": ["kind": "Repository", "name": .string(name)],
      ])
  }

  private func facts(_ events: [Object] = [], extensions: [Extension] = []) -> RepositoryFacts {
    RepositoryFacts(object, extensions: extensions, versions: [], events: events, dialect: .installPlan)
  }

  @Test func theNewestEventSaysWhetherItCouldBeRead() {
    let failed = [
      event("Synced", "synced", 1), event("SyncFailed", "no route", 2), event("SyncFailed", "other", 3, about: "b"),
    ]

    #expect(facts(failed).problem == "no route")
    #expect(facts(failed).events.map(\.reason) == ["SyncFailed", "Synced"])
    #expect(facts([event("SyncFailed", "no route", 1), event("Synced", "synced", 2)]).problem == "")
  }

  @Test func whatKsxdSaysCountsBeforeEventsOfTheSameSecond() {
    let conditions: Value = [
      ["type": "Synced", "status": "False", "reason": "PartiallySynced", "message": "5 versions, 1 left out"]
    ]
    let events = [event("Synced", "synced", 1)]
    func facts(_ place: Mapping) -> RepositoryFacts {
      RepositoryFacts(
        Object(Dialect.installPlan.repositories, name: "main", place), extensions: [], versions: [], events: events,
        dialect: .installPlan)
    }

    let noted: Value = ["name": "main", "annotations": ["ksx.dev/conditions": .string(JSON.text(conditions))]]
    #expect(facts(["metadata": noted]).state == "PartiallySynced")
    #expect(facts(["status": ["conditions": conditions]]).state == "PartiallySynced")
    #expect(facts([:]).state == "Synced")
  }

  @Test func itIsReadNextAfterAQuarterOfAnHourAtLeast() {
    #expect(facts().nextSync == 1_767_322_800 + 900)
  }

  @Test func aFormSaysWhatIsWrongWithIt() {
    var draft = RepositoryDraft()
    #expect(draft.problems(among: []).count == 2)
    draft.name = "main"
    draft.address = "https://charts.example"
    draft.interval = "soon"
    #expect(
      draft.problems(among: [facts()]) == [
        "There is a repository main already.", "The interval is a duration such as 30m or 1h.",
      ])
  }

  @Test func savingANewOneCreatesAndEditingPatches() {
    var draft = RepositoryDraft()
    (draft.name, draft.address, draft.interval) = ("extra", "https://x.example", "30m")
    guard case .send(let create)? = draft.plan(.installPlan).steps.first, case .create(let made) = create.action else {
      Issue.record("it creates nothing")
      return
    }
    #expect(made.spec["url"] == "https://x.example")
    #expect(made.spec[path: "updateStrategy", "timeout"] == "2m")

    var edited = RepositoryDraft(facts())
    edited.isInsecure = false
    guard case .send(let request)? = edited.plan(.installPlan).steps.first, case .merge(let body) = request.action
    else {
      Issue.record("it patches nothing")
      return
    }
    #expect(body[path: "spec", "insecure"] == false)
    #expect(request.name == "main")
  }

  /// KubeSphere's definition requires a timeout beside an interval, and what is there is its user's.
  @Test func anIntervalLeavesATimeoutAsItIs() {
    let object = Object(
      Dialect.installPlan.repositories, name: "main",
      ["spec": ["url": "https://x", "updateStrategy": ["registryPoll": ["interval": "30m"], "timeout": "9m"]]])
    var settings = RepositorySettings()
    settings.interval = "1h"
    let spec = (try? settings.spec(in: .installPlan).get()) ?? [:]
    guard case .patch(_, _, _, let body) = RepositoryChange.edit(object, spec).write(in: .installPlan) else {
      return #expect(Bool(false))
    }
    #expect(body[path: "spec", "updateStrategy"] == ["registryPoll": ["interval": "1h"]])

    let facts = RepositoryFacts(object, extensions: [], versions: [], events: [], dialect: .installPlan)
    func strategy(_ interval: String) -> Value? {
      var draft = RepositoryDraft(facts)
      draft.interval = interval
      guard case .send(let request)? = draft.plan(.installPlan).steps.first, case .merge(let body) = request.action
      else { return nil }
      return body[path: "spec", "updateStrategy"]
    }
    #expect(strategy("1h") == ["registryPoll": ["interval": "1h"]])
    #expect(strategy("") == ["registryPoll": .null])
  }

  @Test func whatWasNeverReadIsNudged() {
    let time = Timestamp(secondsSince1970: 0)

    #expect(
      RepositoryChange.sync(wasRead: true, at: time, in: .installPlan) == ["status": ["lastSyncTime": .null]])
    #expect(
      RepositoryChange.sync(wasRead: false, at: time, in: .installPlan)[path: "metadata", "annotations"]
        == ["ksx.dev/nudge": "1970-01-01T00:00:00Z"])
  }

  @Test func theFirstDesignHasImages() {
    var draft = RepositoryDraft()
    (draft.name, draft.address) = ("extra", "registry.example/extensions:1")
    guard case .send(let create)? = draft.plan(.subscription).steps.first, case .create(let made) = create.action else {
      Issue.record("it creates nothing")
      return
    }
    #expect(made.spec["image"] == "registry.example/extensions:1")
    #expect(made.spec["url"] == nil)
  }

  @Test func deletingSaysWhatWouldVanish() {
    var extensions = [Sample.extension(), Sample.extension()]
    (extensions[0].name, extensions[0].repository, extensions[1].repository) = ("devops", "main", "main")
    let installed = Installations([Sample.installation("Installed")])
    let plan = facts(extensions: extensions).deletion(.installPlan, installed: installed)

    #expect(plan.effects.contains(Plan.Effect(.removed, "extension devops, which is not installed")))
    #expect(plan.effects.contains { $0.sign == .changed && $0.text.hasPrefix("whizard keeps running") })
    #expect(plan.problems.count == 1)
    #expect(!plan.isBlocked)
  }

  @Test func aRemedyPausesWhereSomethingIsWaitedFor() {
    let request = RemedyRequest(
      resource: Dialect.installPlan.installations, namespace: nil, name: "whizard", action: .merge([:]))
    let finding = Finding(
      cause: .installFailed, subject: "whizard", sentence: "it failed", evidence: [], certainty: .certain, remedies: [])
    let remedy = Remedy("end the job", [.send(request), .wait("it rests"), .send(request)], cost: "time")
    let plan = RemedyPlan(remedy, against: finding)

    #expect(plan.title == "end the job: whizard")
    #expect(plan.requests(after: 0).end == 1)
    #expect(plan.pause(at: 1) == "wait until it rests")
    #expect(plan.requests(after: 2).end == 3)
    #expect(plan.effects.map(\.text) == ["against: it failed", "cost: time"])
  }

  @Test func whatIsServedSaysWhereItLeadsAndWhatAProbeAsks() throws {
    let dialect = Dialect.installPlan
    let service = Object(
      dialect.apiServices, name: "v1.weather",
      [
        "spec": [
          "group": "weather.example", "version": "v1", "service": ["name": "api", "namespace": "w", "port": 8080],
        ], "status": ["state": "Available"],
      ])
    let proxy = Object(
      dialect.reverseProxies, name: "weather",
      ["spec": ["matcher": ["method": "*", "path": "/proxy/weather/*"], "upstream": ["url": "http://w.example"]]])
    let facts = ServingFacts([proxy, service], dialect: dialect)

    #expect(facts.rows.map(\.path) == ["/kapis/weather.example/v1", "/proxy/weather/"])
    #expect(facts.rows.map(\.leadsTo) == ["service w/api:8080", "http://w.example"])
    let request = try HTTPRequest(method: "get", address: "/kapis/weather.example/v1/cities")
    #expect(facts.explanation(of: request).isServed)
    #expect(facts.explanation(of: HTTPRequest(.get, "/elsewhere")).rule == nil)
    let targets = ["https://a.example", "https://a.example?b=1", "https://a.example/c?b=1", "/c"]
    #expect(
      try targets.map { try HTTPRequest(method: "GET", address: $0).target } == ["/", "/?b=1", "/c?b=1", "/c"])
  }
}
