import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Terminal
import TestSupport
import Testing

@testable import Console

/// What is done to repositories, what the doctor advises, and one plan for several: done, refused by the cluster, and with
/// another writer between plan and confirmation.
@Suite(.endsInTime, .serialized) struct OtherActionSessionTests {
  /// What is done to the repository `extra`.
  struct RepositoryAction: Sendable, CustomTestStringConvertible {
    let name: String
    /// It is there when the keys are pressed.
    var isThere = true
    let keys: [Key]
    let plan: String
    /// What another writer does meanwhile is answered so.
    var conflict = "has a newer version of it (409)"
    /// Whether the object, which is `nil` where none is left, is what the action is for.
    let isDone: @Sendable (Object?) -> Bool

    var testDescription: String { name }
  }

  private static func typed(_ text: String) -> [Key] { text.map { .character($0) } }
  private static let enter = Key.enter

  private static let repositoryActions = [
    RepositoryAction(
      name: "add", isThere: false,
      keys: typed("nextra") + [enter] + typed("file:///nowhere") + Array(repeating: enter, count: 6),
      plan: "Add repository extra", conflict: "already has one of that name (409)"
    ) { $0?.spec["url"] == "file:///nowhere" },
    RepositoryAction(
      name: "edit", keys: typed("e") + [enter] + typed("mine") + Array(repeating: enter, count: 5),
      plan: "Edit repository extra"
    ) { $0?.spec["description"] == "mine" && $0?.spec["url"] == "file:///elsewhere" },
    RepositoryAction(name: "delete", keys: typed("X"), plan: "Delete repository extra") { $0 == nil },
  ]

  private let dialect = Dialect.installPlan

  @Test(arguments: repositoryActions)
  func aConfirmedActionOnARepositoryIsCarriedOut(action: RepositoryAction) async throws {
    let console = try await atPlan(of: action)
    console.type("a")
    try await console.until(screenSays: "\(action.plan): the cluster has taken it")

    try await eventually("it was not as wanted") { action.isDone(try await repository(console)) }
  }

  @Test(arguments: repositoryActions)
  func whatTheClusterRefusesOfARepositoryIsSaidOnItsPlan(action: RepositoryAction) async throws {
    let console = try await atPlan(of: action)
    let before = try await repository(console)
    console.plug.refuseChanges()
    console.type("a")
    try await console.until(screenSays: "does not allow it (403)")

    #expect(console.screen.contains("Nothing was changed."), "\(console.screen)")
    #expect(try await repository(console)?.spec == before?.spec)
  }

  @Test(arguments: repositoryActions)
  func whatAnotherWriterMadeOfARepositoryMeanwhileIsNotOverwritten(action: RepositoryAction) async throws {
    let console = try await atPlan(of: action)
    if action.isThere {
      _ = try await console.cluster.patch(dialect.repositories, "extra", .merge(["spec": ["description": "theirs"]]))
    } else {
      try await make(console)
    }
    let before = try await repository(console)
    console.type("a")
    try await console.until(screenSays: action.conflict)

    #expect(try await repository(console)?.spec == before?.spec)
  }

  @Test func aRepositoryIsReadAgainByItsKey() async throws {
    let console = try await atRepositories(withExtra: true)
    let before = try await repository(console)?.resourceVersion
    console.type("R")
    try await console.until(screenSays: "Read repository extra now")
    console.type("a")
    try await console.until(screenSays: "Read repository extra now: the cluster has taken it")

    #expect(try await repository(console)?.resourceVersion != before)
  }

  @Test func whatTheDoctorAdvisesIsSentAndSaid() async throws {
    let console = try await atRemedy()
    console.type("a")
    try await console.until(screenSays: "go back to 1.0.0, which was Installed: traffic-map: the cluster has taken it")
  }

  @Test func adviceThatTheClusterRefusesIsSaidOnItsPlan() async throws {
    let console = try await atRemedy()
    console.plug.refuseChanges()
    console.type("a")
    try await console.until(screenSays: "does not allow it (403)")
    #expect(console.screen.contains("Nothing was changed."), "\(console.screen)")
  }

  @Test func adviceAboutWhatAnotherWriterHasChangedMeanwhileIsNotSent() async throws {
    let console = try await atRemedy()
    _ = try await console.cluster.patch(
      dialect.installations, "traffic-map", .merge(["spec": ["config": "a: 1\n"]]))
    try await console.until(screenSays: "traffic-map changed under this plan: another config")
    console.type("a")
    try await console.until(screenSays: "Cannot apply: traffic-map changed under this plan")
  }

  @Test func onePlanForSeveralIsCarriedOutForEach() async throws {
    let console = try await atPlanForTwo()
    console.type("a")
    try await console.until(screenSays: "All 2 are done.")
    #expect(try await enabled(console) == [false, false])
  }

  @Test func onePlanForSeveralSaysWhichWereRefused() async throws {
    let console = try await atPlanForTwo()
    console.plug.refuseChanges()
    console.type("a")
    try await console.until(screenSays: "0 of 2 are done; not cert-clock")
    #expect(try await enabled(console) == [true, true])
  }

  @Test func onePlanForSeveralKeepsWhatAnotherWriterChangedMeanwhile() async throws {
    let console = try await atPlanForTwo()
    _ = try await console.cluster.patch(
      dialect.installations, "log-lens", .merge(["spec": ["config": "keepDays: 3\n"]]))
    console.type("a")
    try await console.until(screenSays: "All 2 are done.")

    #expect(try await enabled(console) == [false, false])
    #expect(try await console.cluster.get(dialect.installations, "log-lens").spec["config"] == "keepDays: 3\n")
  }

  private func repository(_ console: LiveConsole) async throws -> Object? {
    try await console.cluster.list(dialect.repositories).first { $0.name == "extra" }
  }

  private func make(_ console: LiveConsole) async throws {
    let object = Object(dialect.repositories, name: "extra", ["spec": ["url": "file:///elsewhere"]])
    _ = try await console.cluster.create(dialect.repositories, object)
  }

  /// A console before the repositories, with the last of them selected.
  private func atRepositories(withExtra isThere: Bool) async throws -> LiveConsole {
    let console = try await LiveConsole(columns: 120, rows: 40)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    if isThere {
      try await make(console)
      // The controllers have noted what came of reading it.
      try await eventually("it was never read") {
        try await console.cluster.list(.events, namespace: "default").contains {
          $0.value["involvedObject"]?["name"]?.string == "extra"
        }
      }
    }
    console.type(":repositories")
    console.press(.enter)
    try await console.until(screenSays: isThere ? "extra" : "built-in")
    console.press(.end)
    return console
  }

  private func atPlan(of action: RepositoryAction) async throws -> LiveConsole {
    let console = try await atRepositories(withExtra: action.isThere)
    for key in action.keys { console.press(key) }
    try await console.until(screenSays: "\(action.plan) on standalone")
    return console
  }

  /// A console before the plan of what the doctor advises about a failed upgrade.
  private func atRemedy() async throws -> LiveConsole {
    let console = try await LiveConsole(columns: 120, rows: 40)
    try await console.until("listed the marketplace") { $0.row("Traffic Map").contains("1.1.0") }
    try await console.failAnUpgrade()
    console.type(":doctor")
    console.press(.enter)
    try await console.until(screenSays: "go back to 1.0.0")
    // Behind the log, which is read first.
    console.type("j")
    console.press(.enter)
    try await console.until(screenSays: "[ Apply ]")
    return console
  }

  /// A console before one plan that disables two extensions.
  private func atPlanForTwo() async throws -> LiveConsole {
    let console = try await LiveConsole(columns: 120, rows: 40)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    for name in ["cert-clock", "log-lens"] {
      let write = Change.install(version: "1.0.0", config: "").write(
        to: name, installation: nil, in: Capabilities(assuming: .installPlan))
      _ = try await write.send(to: console.cluster)
    }
    for title in ["Cert Clock", "Log Lens"] {
      try await console.until("saw it installed") { $0.row(title).contains("on             1.0.0") }
    }
    console.type("/installed")
    console.press(.enter)
    console.type("*D")
    try await console.until(screenSays: "2 of 2 on standalone")
    return console
  }

  private func enabled(_ console: LiveConsole) async throws -> [Bool] {
    try await console.cluster.list(dialect.installations).sorted { $0.name < $1.name }
      .map { Installation($0).isEnabled }
  }
}
