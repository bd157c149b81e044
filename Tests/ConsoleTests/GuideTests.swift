import Client
import Editor
import Extensions
import Operations
import Packages
import Terminal
import Testing

@testable import Console

/// The chart's values beside what is written.
@Suite struct GuideTests {
  private static let values =
    "# How many run at once\nreplicas: 1\nreceiver:\n  # Where it listens\n  port: 9000\n  host: a\nmode: fast\n"

  /// In the editor of grafana, with the chart at hand.
  private func tester(_ columns: Int = 80, _ rows: Int = 24, config: String = "replicas: 1\n") -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.hear(.installations(.applied(.sample("grafana", version: "1.0.0", config: config))))
    tester.offerAfter("e", "grafana")
    tester.readPackage(of: "grafana", "1.0.0", values: Self.values)
    return tester
  }

  @Test func whatTheChartSaysOfTheKeyUnderTheCursorStandsBelowOrBeside() {
    var tester = tester()
    #expect(tester.screen.contains("How many run at once\ndefault: replicas: 1"))
    tester = self.tester(120, 24)
    let row = tester.lines.first { $0.contains("replicas: 1 ") } ?? ""
    #expect(tester.screen.contains("How many run at once"))
    #expect(row.hasPrefix("1  replicas: 1"))
  }

  @Test func theTabulatorPutsAKeyWithItsCommentAndSelectsItsValue() {
    var tester = tester()
    tester.press(.end, .enter)
    tester.type("mo")
    tester.press(.tab)
    tester.type("slow")
    #expect(tester.screen.contains("mode: slow"))

    tester.press(.enter)
    tester.type("rec")
    tester.press(.tab, .tab)
    tester.type("80")
    #expect(tester.screen.contains("# Where it listens"))
    #expect(tester.screen.contains("port: 80"))
    tester.press(.control("s"))
    #expect(tester.screen.contains("+   mode: slow"))
    #expect(tester.screen.contains("+     port: 80"))
  }

  @Test func theNextKeyComesWithTheSameKeyAgain() {
    var tester = tester()
    tester.press(.end, .enter, .tab)
    #expect(tester.status == "1/2: receiver mode")
    tester.press(.tab)
    #expect(tester.status == "2/2: receiver mode")
    #expect(tester.screen.contains("mode: fast"))
    #expect(!tester.screen.contains("receiver:\n"))
    tester.press(.tab)
    #expect(tester.screen.contains("receiver:"))
  }

  @Test func anUnknownKeyAndAWrongTypeAreMarkedAtTheirPlace() {
    var tester = tester(config: "recevier:\n  port: 1\n")
    #expect(tester.screen.contains("line 1, column 1: recevier is none of the chart's values; did you mean receiver?"))
    #expect(tester.screen.contains("1! recevier"))
    tester.press(.down, .down)
    tester.type("mode: [1]")
    #expect(tester.screen.contains("line 3, column 1: mode is a list, and a text in the chart's defaults"))
    tester.press(.end, .backspace, .backspace, .backspace)
    tester.type("fast")
    #expect(!tester.screen.contains("mode is a list"))
  }

  @Test func theCursorGoesToTheKeyThatIsAskedFor() {
    var tester = ConsoleTester.atMarket(100, 24)
    let screen = ConfigScreen("grafana", .configure, tester.app.state, at: ["receiver", "port"])
    tester.app.carryOut([.open(screen)])
    tester.readPackage(of: "grafana", "1.0.0", values: Self.values)
    #expect(tester.screen.contains("line 2, column 1"))
    // What the chart has by itself is not held at that of this version.
    #expect((tester.app.layers.last as? ConfigScreen)?.editor.text == "replicas: 1\n")
    tester.press(.tab, .tab)
    tester.type("80")
    #expect((tester.app.layers.last as? ConfigScreen)?.editor.text == Self.withPort)
  }

  private static let withPort = "replicas: 1\nreceiver:\n  # Where it listens\n  port: 80"

  @Test func aBeginningThatNoKeyHereHasSaysWhereOneHasIt() {
    var tester = tester()
    tester.press(.end, .enter)
    tester.type("ho")
    tester.press(.tab)

    #expect(tester.status == "No key of the chart here begins with ho; receiver.host does.")
  }
}

/// The Config page.
@Suite struct ConfigPageTests {
  private func page(_ config: String?, values: String) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(100, 24)
    let installed = config.map { [Installation.sample("grafana", version: "1.1.0", config: $0)] } ?? []
    tester.hear(.installations(.replaced(installed)))
    tester.app.carryOut([.open(ExtensionScreen("grafana"))])
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.type("4")
    tester.readPackage(of: "grafana", "1.1.0", values: values)
    return tester
  }

  @Test func itShowsTheChartsValuesAlsoOfWhatIsNotInstalled() {
    let tester = page(nil, values: "# How many\nreplicas: 1\n")
    #expect(tester.screen.contains("Not installed: these are the chart's values, version 1.1.0."))
    #expect(tester.screen.contains("# How many") && tester.screen.contains(">replicas: 1"))
  }

  @Test func theEditorBeginsAtTheKeyThatIsSelected() {
    var tester = page("", values: "# How many\nreplicas: 1\nmode: fast\n")
    tester.press(.down, .down)
    tester.type("e")
    #expect(tester.screen.contains("Config of grafana 1.1.0"))
    tester.press(.tab)
    #expect(tester.screen.contains("mode: fast"))
    tester.type("slow")
    tester.press(.control("s"))
    #expect(tester.screen.contains("+   mode: slow"))
  }

  @Test func whatIsSetStandsOutWithItsOriginAndSecretsAreMasked() {
    var tester = page("replicas: 3\nadminPassword: hunter2\n", values: "replicas: 1\nadminPassword: changeme\n")
    #expect(tester.screen.contains("The config is in effect"))
    #expect(tester.screen.contains("replicas: 3  <- config"))
    #expect(tester.screen.contains("adminPassword: •••  <- config"))
    #expect(!tester.screen.contains("hunter2") && !tester.screen.contains("changeme"))

    tester.type("x")
    #expect(tester.screen.contains("adminPassword: hunter2"))
    tester.type("x")
    #expect(!tester.screen.contains("hunter2"))
  }
}

extension ConsoleTester {
  /// Tells the console what is in the package of a version.
  mutating func readPackage(of name: String, _ version: String, values: String) {
    var evidence = PlanSheet.Evidence()
    evidence.package = Package(files: ["Chart.yaml": Array("name: x\n".utf8), "values.yaml": Array(values.utf8)])
    hear(.evidence(EvidenceSubject(name: name, version: version, known: nil), evidence))
  }
}
