import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// A user in front of the console, with a cluster that says only what the test says.
struct ConsoleTester {
  var app: App
  var size: Size
  var now = ClockReading(1_000_000)
  /// What was asked for by the last keys or message.
  var asked: [Request] = []
  /// What was asked for when the screen was drawn after them.
  var errands: [Request] = []

  init(
    _ columns: Int = 80, _ rows: Int = 24, isReadOnly: Bool = false, settings: Settings = .standard,
    dialect: Dialect = .installPlan
  ) {
    size = Size(rows: rows, columns: columns)
    var status = ClusterSession.Status(cluster: "museum", server: "https://museum")
    status.isReadOnly = isReadOnly
    status.user = "ada"
    app = App(
      Session(ClusterSession(status, cluster: Cluster(transport: Silence()), dialect: dialect)),
      settings: settings,
      now: now)
    hear(.resized(size))
  }

  /// A tester in front of a small marketplace.
  static func atMarket(_ columns: Int = 80, _ rows: Int = 24, isReadOnly: Bool = false) -> ConsoleTester {
    var tester = ConsoleTester(columns, rows, isReadOnly: isReadOnly)
    tester.hear(.categories(.replaced([.sample("observability", "Observability"), .sample("devops", "DevOps")])))
    tester.hear(
      .extensions(
        .replaced([
          .sample("grafana", "Grafana", category: "observability", versions: ["1.0.0", "1.1.0"]),
          .sample("jenkins", "Jenkins", category: "devops", versions: ["2.0.0"]),
          .sample("loki", "日志", category: "observability", versions: ["0.9.0", "1.0.0", "2.0.0"]),
        ])))
    tester.hear(.installations(.replaced([.sample("grafana", version: "1.0.0", config: "replicas: 1\n")])))
    return tester
  }

  mutating func hear(_ message: Message) {
    (asked, errands) = (handle(message), [])
    settle()
  }

  /// The cluster accepts the change that the last keys asked for.
  mutating func acceptChange() {
    let plans = asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }
    guard let plan = plans.first else {
      Issue.record("nothing was sent")
      return
    }
    hear(.applied(plan, failure: nil))
  }

  mutating func press(_ keys: Key...) {
    (asked, errands) = ([], [])
    for key in keys {
      asked += handle(.key(key))
      paint()
    }
    settle()
  }

  /// Everything at once, as a program or a slow line sends it: nothing is painted between the keys.
  mutating func burst(_ keys: [Key]) {
    (asked, errands) = ([], [])
    for key in keys { asked += handle(.key(key)) }
    settle()
  }

  private mutating func handle(_ message: Message) -> [Request] {
    app.handle(message, at: now).map(\.request)
  }

  /// What is asked can be read.
  private mutating func paint() { settle() }

  private mutating func settle() {
    errands += handle(.drawing)
    app.noteShown(app.question)
  }

  /// Presses one key for each character.
  mutating func type(_ text: String) {
    asked = []
    errands = []
    for character in text {
      asked += handle(.key(.character(character)))
      paint()
    }
  }

  /// What is on the screen.
  var screen: String { surface.description }

  var surface: Surface {
    var surface = Surface(size: size)
    _ = app.draw(on: &surface)
    return surface
  }

  var lines: [String] { screen.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

  /// What stands above the keys.
  var status: String {
    lines.suffix(1 + app.state.messageRows).dropLast().map(\.trimmed).joined(separator: " ").trimmed
  }

  /// Tells the console the versions of an extension.
  mutating func offer(_ name: String, _ versions: String...) {
    hear(.versions(of: name, .replaced(versions.map { .sample(name, $0) })))
  }
}

/// A server that never answers.
struct Silence: Transport {
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { throw .cancelled }
}

extension Settings {
  /// The settings of a user who has set nothing.
  static let standard = Configuration.load(environment: [:], readFile: { _ in nil })
}

extension Extensions.Category {
  static func sample(_ name: String, _ title: String) -> Extensions.Category {
    Extensions.Category(
      Object(Dialect.installPlan.categories, name: name, ["spec": ["displayName": ["en": .string(title)]]]))
  }
}

extension Extension {
  static func sample(
    _ name: String, _ title: String, category: String = "", versions: [String], state: String = ""
  ) -> Extension {
    let list = versions.map { Value.mapping(["version": .string($0)]) }
    let spec: Value = [
      "displayName": ["en": .string(title)], "description": ["en": .string("All about \(title).")],
      "provider": ["en": ["name": "KubeSphere"]],
    ]
    let status: Value = [
      "state": .string(state), "recommendedVersion": .string(versions.last ?? ""), "versions": .sequence(list),
    ]
    let labels = category.isEmpty ? [:] : ["kubesphere.io/category": category]
    return Extension(
      Object(Dialect.installPlan.extensions, name: name, labels: labels, ["spec": spec, "status": status]),
      dialect: .installPlan)
  }
}

extension ExtensionVersion {
  static func sample(_ name: String, _ version: String) -> ExtensionVersion {
    ExtensionVersion(
      Object(
        Dialect.installPlan.extensionVersions, name: "\(name)-\(version)",
        labels: ["kubesphere.io/extension-ref": name], ["spec": ["version": .string(version)]]), dialect: .installPlan)
  }
}

extension Installation {
  static func sample(
    _ name: String, version: String, config: String = "", state: String = "Installed", isEnabled: Bool = true,
    message: String = "", resourceVersion: String = "7"
  ) -> Installation {
    var object = Object(
      Dialect.installPlan.installations, name: name,
      [
        "spec": [
          "extension": ["name": .string(name), "version": .string(version)], "enabled": .bool(isEnabled),
          "config": .string(config),
        ],
        "status": [
          "state": .string(state), "version": .string(version), "enabled": .bool(isEnabled),
          "releaseName": .string(name), "targetNamespace": .string("extension-\(name)"),
          "configHash": .string(ConfigHash.of(config)),
          "conditions": [["message": .string(message)]],
        ],
      ])
    object.value = object.value.setting(["metadata", "resourceVersion"], to: .string(resourceVersion))
      .setting(["metadata", "uid"], to: .string("uid-\(name)"))
    return Installation(object)
  }
}

extension ReleaseMemory {
  /// Remembers that `version` was installed, three days before the tests' present.
  static func sample(_ version: String) -> ReleaseMemory {
    var memory = ReleaseMemory()
    memory.remember(
      Entry(version: version, config: "", time: "2026-05-25T20:26:40Z", what: "upgrade", wasInstalled: true))
    return memory
  }
}
