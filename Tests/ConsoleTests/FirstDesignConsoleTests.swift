import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Terminal
import Testing

@testable import Console

/// The console in front of a cluster of the design as it was first written.
@Suite struct FirstDesignConsoleTests {
  private let dialect = Dialect.subscription
  private var tester: ConsoleTester

  init() {
    tester = ConsoleTester(dialect: .subscription)
    let orchard = Object(
      dialect.extensions, name: "orchard", labels: ["extensions.kubesphere.io/category": "devops"],
      [
        "spec": ["displayName": "Orchard", "description": "Fruit."],
        "status": [
          "recommendVersion": "v0.10.0", "versions": [["version": "v0.9.0"], ["version": "v0.10.0"]],
        ],
      ])
    tester.hear(.extensions(.replaced([Extension(orchard, dialect: dialect)])))
    tester.hear(.installations(.replaced([])))
  }

  private func versions(_ names: String...) -> Message {
    .versions(
      of: "orchard",
      .replaced(
        names.map { version in
          ExtensionVersion(
            Object(dialect.extensionVersions, name: "orchard-v" + version, ["spec": ["version": .string(version)]]),
            dialect: dialect)
        }))
  }

  private func subscription(_ version: String, config: Value) -> Installation {
    let spec: Value = [
      "extension": ["name": "orchard", "version": .string(version)], "enabled": true, "config": config,
      "targetNamespace": "fruit",
    ]
    return Installation(
      Object(dialect.installations, name: "orchard-0.10.0", ["spec": spec, "status": ["state": "Installed"]]))
  }

  @Test mutating func theNamespaceIsChosenInThePlanOfAnInstall() {
    tester.type("i")
    tester.hear(versions("0.9.0", "0.10.0"))
    #expect(tester.screen.contains("+ namespace extension-orchard"))

    tester.type("N")
    #expect(tester.status.hasPrefix("Namespace for orchard: extension-orchard"))
    tester.press(.control("u"))
    tester.type("fruit")
    tester.press(.enter)
    #expect(tester.screen.contains("+ namespace fruit"))

    tester.type("e")
    tester.type("apples: 3 # enough\n")
    tester.press(.control("s"))
    #expect(tester.screen.contains("+ namespace fruit"))
    tester.type("a")
    #expect(
      tester.changes == [.install(version: "0.10.0", config: "apples: 3 # enough\n", namespace: "fruit")])
  }

  @Test mutating func escapeLeavesTheNamespaceAsItWas() {
    tester.type("i")
    tester.hear(versions("0.10.0"))
    tester.type("Nxyz")
    tester.press(.escape)

    #expect(tester.screen.contains("+ namespace extension-orchard"))
    tester.type("a")
    #expect(tester.changes == [.install(version: "0.10.0", config: "")])
  }

  @Test func aClusterThatChoosesTheNamespaceItselfSaysSoAtTheKey() {
    var tester = ConsoleTester.atMarket()
    tester.type("ji")
    tester.offer("jenkins", "2.0.0")
    tester.type("N")

    #expect(tester.status == "The namespace cannot be chosen: the cluster chooses the namespace itself.")
    #expect(!tester.screen.contains("N namespace"))
  }

  @Test mutating func aVersionWithAVIsTheOneWithout() {
    tester.hear(.installations(.replaced([subscription("0.10.0", config: ["apples": 3])])))
    tester.press(.enter)
    tester.hear(versions("0.9.0", "0.10.0"))
    tester.press(.tab)

    let rows = tester.lines.filter { $0.contains("0.9.0") || $0.contains("0.10.0") }.dropFirst()
    #expect(rows.count == 2, "\(tester.screen)")
    #expect(tester.screen.contains("runs, recommended"))
    tester.press(.escape)
    tester.type("U")
    #expect(tester.status == "Cannot upgrade: orchard has 0.10.0, and no newer version is offered.")
  }

  @Test mutating func theObjectsAroundAnExtensionAreShownOnItsPageAndReadAnewWhenItChanges() {
    tester.press(.enter)
    #expect(tester.detailsAsked == 1)
    var sources = ExtensionDetails.Sources()
    sources.version = Object(
      dialect.extensionVersions, name: "orchard-v0.10.0", ["spec": ["home": "https://orchard.example"]])
    sources.served = [Object(dialect.apiServices, name: "v1.orchard.example", ["spec": ["url": "https://o.svc"]])]

    tester.hear(.detailed("orchard", ExtensionDetails(sources)))

    #expect(tester.screen.contains("In its objects"))
    #expect(tester.screen.contains("Home            https://orchard.example"))
    #expect(tester.screen.contains("APIService v1.orchard.example"))
    #expect(tester.screen.contains("  url: https://o.svc"))
    tester.hear(.installations(.replaced([subscription("0.10.0", config: ["apples": 3])])))
    #expect(tester.detailsAsked == 1)
  }

  @Test mutating func aConfigIsShownAndEditedAsItWasWritten() {
    tester.hear(.installations(.replaced([subscription("0.10.0", config: ["apples": 3])])))
    var memory = ReleaseMemory()
    memory.add(HistoryLine("orchard", at: "", .written(config: "# enough for all\napples: 3\n")))
    tester.hear(.recalled(Records(memories: ["orchard": memory])))

    tester.press(.enter)
    tester.press(.tab, .tab, .tab)
    #expect(tester.screen.contains("# enough for all"))
    tester.type("e")
    #expect(tester.screen.contains("# enough for all"))
    #expect(!tester.screen.contains("changed in the cluster meanwhile"))
    tester.press(.escape)

    tester.hear(.installations(.applied(subscription("0.10.0", config: ["apples": 4]))))
    #expect(tester.screen.contains("It was changed elsewhere since it was last written here:"))
    #expect(tester.screen.contains("+ apples: 4") && tester.screen.contains("- apples: 3"))
    #expect(!tester.screen.contains("# enough for all"))
  }
}

extension ConsoleTester {
  /// How often details were asked for by the last keys or message.
  fileprivate var detailsAsked: Int {
    (asked + errands).count { if case .readDetails = $0 { true } else { false } }
  }
}
