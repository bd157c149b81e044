import Client
import Manifest
import Platform
import Testing

@testable import Extensions
@testable import KubernetesAPI

/// What a person reads before anything happens.
@Suite struct PlanTests {
  @Test func anInstallNamesWhatWillAppear() {
    let plan = Plan.make(.install(version: "1.1.0", config: "a: 1\nb: 2\n"), for: "whizard", in: Sample.context())

    #expect(
      plan.text == """
        + InstallPlan whizard, version 1.1.0, enabled
        + namespace extension-whizard
        + helm release whizard
        + its APIs and pages, once it is Installed
          config, over the chart's defaults:
        +   a: 1
        +   b: 2
        """)
    #expect(plan.problems.isEmpty)
    #expect(!plan.isBlocked)
  }

  @Test func aVersionMayNameItsOwnNamespace() {
    let context = Sample.context(versions: [Sample.version("1.0.0", spec: ["namespace": "monitoring"])])
    let plan = Plan.make(.install(version: "1.0.0", config: ""), for: "whizard", in: context)

    #expect(plan.text.contains("+ namespace monitoring\n"))
    #expect(plan.text.contains("config: the chart's defaults"))
  }

  @Test func anUpgradeSaysFromWhereToWhere() {
    let context = Sample.context([Sample.installation(config: "a: 1\n")])
    let plan = Plan.make(.upgrade(to: "1.1.0"), for: "whizard", in: context)

    #expect(
      plan.text == """
        ~ version 1.0.0 → 1.1.0
          the config stays: it is the complete set of overrides of that version's defaults
          helm upgrades release whizard in namespace extension-whizard; its pods may restart
          CRDs and data that a version has migrated are not changed back by returning to an older one
        """)
    #expect(plan.problems.isEmpty)
  }

  @Test func aRollbackShowsTheConfigItBringsBack() {
    let context = Sample.context([Sample.installation("whizard", "1.1.0", config: "a: 2\nb: 1\n")])
    let plan = Plan.make(.rollback(to: "1.0.0", config: "a: 1\nb: 1\n"), for: "whizard", in: context)

    #expect(
      plan.text.hasPrefix(
        """
        ~ version 1.1.0 → 1.0.0
        ~ config:
        -   a: 2
        +   a: 1
          this config is the complete set
        """))
    #expect(plan.problems.isEmpty)
  }

  @Test func aDisableSaysWhatGoesAndWhatStays() {
    let plan = Plan.make(.disable, for: "whizard", in: Sample.context([Sample.installation()]))

    #expect(
      plan.text == """
        ~ enabled: yes → no
        - its APIs answer 503
        - its pages vanish from the console
          its workloads in namespace extension-whizard keep running, and its data stays
        """)
  }

  @Test func anEnableSaysWhatComesBack() {
    let plan = Plan.make(.enable, for: "whizard", in: Sample.context([Sample.installation(enabled: false)]))

    #expect(
      plan.text == """
        ~ enabled: no → yes
        + its APIs answer again
        + its pages come back to the console
        """)
  }

  @Test func aConfigChangeShowsItsLines() {
    let context = Sample.context([Sample.installation(config: "# why\na: 1\n")])
    let plan = Plan.make(.configure(config: "# why\na: 2\n"), for: "whizard", in: context)

    #expect(plan.text.hasPrefix("~ config:\n-   a: 1\n+   a: 2\n  the config is the complete set of overrides"))
  }

  @Test func anUninstallSaysWhatStays() {
    let status: Mapping = ["targetNamespace": "monitoring", "releaseName": "wz"]
    let plan = Plan.make(.uninstall, for: "whizard", in: Sample.context([Sample.installation(status: status)]))

    #expect(
      plan.text == """
        - InstallPlan whizard
        - helm release wz with its workloads in namespace monitoring
        - its APIs and pages
          namespace monitoring, CRDs and their objects, and the roles made for it stay
        """)
  }

  @Test(arguments: [Change.upgrade(to: "1.1.0"), .rollback(to: "1.1.0", config: "a: 1"), .disable])
  func thePreviewsInabilityIsNoted(change: Change) {
    let context = Sample.context([Sample.installation(dialect: .subscription)], dialect: .subscription)

    #expect(Plan.make(change, for: "whizard", in: context).text.hasSuffix("does nothing about it"))
  }

  static let writes: [(Change, String)] = [
    (
      .upgrade(to: "1.1.0"),
      #"kubectl patch KIND whizard --type=merge -p '{"spec":{"extension":{"version":"1.1.0"}}}'"#
    ),
    (
      .rollback(to: "1.1.0", config: "it: 's\n"),
      "kubectl patch KIND whizard --type=merge --patch-file=whizard-roll-back.json"
    ),
    (.enable, #"kubectl patch KIND whizard --type=merge -p '{"spec":{"enabled":true}}'"#),
    (.disable, #"kubectl patch KIND whizard --type=merge -p '{"spec":{"enabled":false}}'"#),
    (.uninstall, "kubectl delete KIND whizard"),
  ]

  @Test(arguments: writes, [Dialect.installPlan, .subscription])
  func aPlanNamesItsKubectlLine(change: (Change, String), dialect: Dialect) {
    let context = Sample.context([Sample.installation(config: "a: 1", dialect: dialect)], dialect: dialect)
    let plan = Plan.make(change.0, for: "whizard", in: context)
    let kind = dialect == .installPlan ? "installplans.kubesphere.io" : "subscriptions.kubesphere.io"

    #expect(plan.kubectl == change.1.replacing("KIND", with: kind))
  }

  @Test(arguments: [(Dialect.installPlan, #"{"spec":{"config":""}}"#), (.subscription, #"{"spec":{"config":{}}}"#)])
  func aConfigIsTakenAwayAsTheDialectHasIt(dialect: Dialect, patch: String) {
    let context = Sample.context([Sample.installation(config: "a: 1", dialect: dialect)], dialect: dialect)

    let plan = Plan.make(.configure(config: ""), for: "whizard", in: context)

    #expect(plan.kubectl.hasSuffix("whizard --type=merge -p '\(patch)'"))
  }

  @Test func aConfigGoesByAFileAndNoSecretIsInThePlan() throws {
    let context = Sample.context([Sample.installation(config: "password: old\n")])

    let plan = Plan.make(.configure(config: "password: new\n"), for: "whizard", in: context)

    let file = try #require(plan.kubectlFile)
    #expect(file.name == "whizard-configure.json")
    #expect(try JSON.parse(Array(file.text.utf8)) == ["spec": ["config": "password: new\n"]])
    #expect(!plan.kubectl.contains("new") && !plan.text.contains("old"))
    #expect(plan.effects.map(\.text).prefix(3) == ["config:", "  password: •••", "  password: •••"])
    #expect(plan.effects.compactMap(\.unmaskedText) == ["  password: old", "  password: new"])
    // Nothing to see, and yet another plan.
    let other = Plan.make(.configure(config: "password: other\n"), for: "whizard", in: context)
    #expect(plan.isOutdated(by: other))
  }

  @Test func aConfigThatMayBeSeenAndIsShortIsAlsoInALineOfItsOwn() throws {
    let context = Sample.context([Sample.installation(config: "a: 1")])
    func file(_ config: String) throws -> Plan.KubectlFile {
      try #require(Plan.make(.configure(config: config), for: "whizard", in: context).kubectlFile)
    }

    #expect(
      try file("it: 's\n").line == #"""
        printf %s '{"spec":{"config":"it: '\''s\n"}}' | kubectl patch installplans.kubesphere.io whizard --type=merge --patch-file=/dev/stdin
        """#)
    #expect(try file("password: new\n").line == nil)
    #expect(try file("a: \(String(repeating: "x", count: 2000))\n").line == nil)
  }

  @Test(arguments: [20, 40, 80, 200])
  func aCommandIsBrokenOnlyAtBlanksAndAShellReadsItAsItWas(columns: Int) {
    let line =
      #"kubectl --context 'my cluster' patch a.b c --type=merge -p '{"a b": "it'\''s c"}' && kubectl delete a\ b"#

    let lines = Shell.lines(line, columns: columns)

    let joined = lines.map { $0.hasSuffix(" \\") ? String($0.dropLast(2)) : $0 }
      .map { $0.hasPrefix("  ") ? String($0.dropFirst(2)) : $0 }.joined(separator: " ")
    #expect(joined == line)
    #expect(lines.allSatisfy { $0.count <= columns || !$0.trimmed().dropLast(2).contains(" ") || $0.contains("'") })
  }

  @Test func theKubectlLineReachesTheSameCluster() {
    var context = Sample.context([Sample.installation()])
    context.kubectlFlags = ["--context", "my cluster"]

    let plan = Plan.make(.uninstall, for: "whizard", in: context)

    #expect(plan.kubectl == "kubectl --context 'my cluster' delete installplans.kubesphere.io whizard")
  }

  @Test func anInstallIsAnObjectOfTheDialect() {
    let modern = Plan.make(.install(version: "1.0.0", config: ""), for: "whizard", in: Sample.context())
    let first = Plan.make(
      .install(version: "1.0.0", config: "a: 1"), for: "whizard", in: Sample.context(dialect: .subscription))

    #expect(
      modern.kubectl
        == #"printf %s '{"apiVersion":"kubesphere.io/v1alpha1","kind":"InstallPlan","metadata":{"name":"whizard"},"spec":{"extension":{"name":"whizard","version":"1.0.0"},"enabled":true,"upgradeStrategy":"Manual"}}' | kubectl create -f -"#
    )
    guard case .create(let resource, let object) = first.write else {
      Issue.record("an install creates")
      return
    }
    #expect(resource == Dialect.subscription.installations)
    #expect(
      object.spec == [
        "extension": ["name": "whizard", "version": "1.0.0"], "enabled": true, "targetNamespace": "extension-whizard",
        "releaseName": "whizard", "config": ["a": 1],
      ])
  }

  @Test func whatIsToBeOffIsInstalledOff() {
    let plan = Plan.make(
      .install(version: "1.0.0", config: "", isEnabled: false).with(config: "a: 1"), for: "whizard",
      in: Sample.context())

    guard case .create(_, let object) = plan.write else { return #expect(Bool(false), "an install creates") }
    #expect(object.spec["enabled"] == false && object.spec["config"] == "a: 1")
  }

  /// Where the config is an object the write is a merge patch, which takes away what is null.
  @Test(arguments: [
    ("a: 1\nb: null\n", true), ("a: 1\nb: {c: null}\n", true), ("a: 1\n", false), ("a: 2\nkept: null\n", false),
  ])
  func aKeyThatAPatchCannotMakeNullIsToldBefore(config: String, isReported: Bool) throws {
    let object: Value = [
      "metadata": ["name": "whizard"],
      "spec": [
        "extension": ["name": "whizard", "version": "1.0.0"], "enabled": true, "config": ["a": 1, "kept": nil],
      ],
    ]
    let context = Sample.context([Installation(Object(object))], dialect: .subscription)
    let told = Plan.make(.configure(config: config + (isReported ? "kept: null\n" : "")), for: "whizard", in: context)

    #expect(told.problems.contains { $0.text.containsText("a key is null") } == isReported, "\(told.problems)")
  }

  @Test func aWriteIsRefusedWhenAnotherWriterWasFaster() {
    let plan = Plan.make(.disable, for: "whizard", in: Sample.context([Sample.installation()]))
    let patch: Value = ["metadata": ["resourceVersion": "7"], "spec": ["enabled": false]]

    #expect(plan.write == .patch(Dialect.installPlan.installations, name: "whizard", patch))
  }

  @Test func anUninstallIsForThisOneObject() {
    let plan = Plan.make(.uninstall, for: "whizard", in: Sample.context([Sample.installation()]))

    #expect(plan.write == .delete(Dialect.installPlan.installations, name: "whizard", uid: "u-1"))
  }

  @Test(arguments: [("b: 2", #"{"config":{"a":null,"b":2}}"#), ("", #"{"config":{"a":null}}"#)])
  func aConfigThatIsAnObjectStaysOne(text: String, spec: String) throws {
    let object = Object(
      Dialect.subscription.installations, name: "whizard",
      ["spec": ["extension": ["name": "whizard", "version": "1.0.0"], "config": ["a": 1]]])
    let context = Sample.context([Installation(object)], dialect: .subscription)

    let plan = Plan.make(.configure(config: text), for: "whizard", in: context)

    guard case .patch(_, _, _, let patch) = plan.write else {
      Issue.record("a config change patches")
      return
    }
    #expect(try patch["spec"] == JSON.parse(Array(spec.utf8)))
  }

  @Test func aSubscriptionMayHaveANameOfItsOwn() {
    let object = Object(
      Dialect.subscription.installations, name: "whizard-1.0.0",
      ["spec": ["extension": ["name": "whizard", "version": "1.0.0"], "enabled": true]])
    let context = Sample.context([Installation(object)], dialect: .subscription)

    let plan = Plan.make(.disable, for: "whizard", in: context)

    #expect(plan.blocking.isEmpty)
    #expect(plan.kubectl.contains("patch subscriptions.kubesphere.io whizard-1.0.0 "))
  }
}
