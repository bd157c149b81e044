import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// What is asked for of a cluster, as a file, and what a file asks for of a cluster.
@Suite struct ExtensionSetTests {
  private let capabilities = Capabilities(assuming: .installPlan)

  private func installation(
    _ name: String, _ version: String = "1.0.0", config: String = "", isEnabled: Bool = true, scheduling: Value? = nil,
    _ dialect: Dialect = .installPlan
  ) -> Object {
    var spec: Mapping = [
      "extension": ["name": .string(name), "version": .string(version)], "enabled": .bool(isEnabled),
    ]
    if dialect == .installPlan {
      spec["config"] = .string(config)
    } else if let value = try? YAML.parse(config), value != .null {
      spec["config"] = value
    }
    if let scheduling { spec["clusterScheduling"] = scheduling }
    return Object(dialect.installations, name: name, ["spec": .mapping(spec)])
  }

  private func repository(_ spec: Mapping, _ dialect: Dialect = .installPlan) -> Object {
    Object(dialect.repositories, name: "main", ["spec": .mapping(spec)])
  }

  private func difference(
    _ set: ExtensionSet, _ installations: [Object], _ repositories: [Object] = [], _ dialect: Dialect = .installPlan
  ) -> SetDifference {
    SetDifference(set, installations: installations, repositories: repositories, Capabilities(assuming: dialect))
  }

  @Test(arguments: [
    "", "a: 1\n", "a: 1", "# only a comment\n", "a: |\n  x\n   y\n\n\n", "  indented: 1\n", "\ta: 1\n",
    "a: \"x\\ty\"   \n",
    "\n\nlater: 1\n", "a: 1\r\nb: 2\r\n", "a: \u{FEFF}b\n", "---\na: 1\n...\n", "a: '1.10'\n\n\n", "\u{85}", " ",
    "水: 墨 # 文档\n",
  ])
  func aConfigIsVerbatimInTheFile(config: String) throws {
    let set = ExtensionSet([installation("bell", config: config)], repositories: [], dialect: .installPlan)

    let read = try ExtensionSet(YAML.text(set.value))

    #expect(read == set)
    #expect(read.members[0].config == config)
    #expect(try ExtensionSet(JSON.prettyText(set.value)) == set)
  }

  @Test func aSetHasAllThatUsersSayAndNoPassword() throws {
    let scheduling: Value = [
      "placement": ["clusters": ["east"]], "overrides": ["east": "a: 2\n"],
    ]
    let main = repository([
      "url": "https://ada:hunter2@charts.example/", "basicAuth": ["username": "ada", "password": "hunter2"],
      "updateStrategy": ["registryPoll": ["interval": "30m"], "timeout": "1m"], "depth": 3,
    ])
    let set = ExtensionSet(
      [installation("bell", config: "a: 1 # one\n", isEnabled: false, scheduling: scheduling)], repositories: [main],
      dialect: .installPlan)

    #expect(
      YAML.text(set.value) == """
        apiVersion: ksx.dev/v1
        kind: ExtensionSet
        repositories:
        - name: main
          url: https://charts.example/
          depth: 3
          interval: 30m
          timeout: 1m
        extensions:
        - name: bell
          version: 1.0.0
          enabled: false
          config: |
            a: 1 # one
          placement:
            clusters:
            - east
            overrides:
              east: |
                a: 2

        """)
    #expect(difference(set, [], [main]).repositories.isEmpty)
  }

  @Test(arguments: [Dialect.installPlan, .subscription], [Dialect.installPlan, .subscription])
  func aSetDiffersInNothingFromItsClusterWhateverTheDialect(from: Dialect, to: Dialect) throws {
    func objects(_ dialect: Dialect) -> ([Object], [Object]) {
      let spec: Mapping = [
        "url": "https://charts.example/", "updateStrategy": ["registryPoll": ["interval": "30m"], "timeout": "2m"],
      ]
      let seed: Mapping = ["url": "https://charts.example/", "updateStrategy": ["registryPoll": ["interval": "30m"]]]
      return (
        [installation("bell", config: "b: 2\na: 1\n", dialect), installation("off", isEnabled: false, dialect)],
        [repository(dialect == .installPlan ? spec : seed, dialect)]
      )
    }
    let (installations, repositories) = objects(from)
    let set = try ExtensionSet(
      YAML.text(ExtensionSet(installations, repositories: repositories, dialect: from).value))
    let there = objects(to)

    let found = difference(set, there.0, there.1, to)

    // Comments and the order of keys are all that an object does not keep.
    #expect(
      found.isEmpty(prunes: true) || (from == .subscription && to == .installPlan), "\(found.lines(prunes: true))")
    #expect(found.repositories.isEmpty)
  }

  @Test func whatDiffersIsChangedByAsFewWritesAsThereCanBe() {
    var set = ExtensionSet()
    var up = ExtensionSet.Member("up", version: "v1.1.0")
    up.config = "a: 1\n"
    var same = ExtensionSet.Member("same", version: "v1.0.0")
    same.isEnabled = true
    var down = ExtensionSet.Member("down", version: "0.9.0")
    down.isEnabled = false
    var new = ExtensionSet.Member("new", version: "2.0.0")
    (new.isEnabled, new.placement) = (false, ["clusters": ["east"]])
    set.members = [up, same, down, new]

    let found = difference(
      set, [installation("up"), installation("same"), installation("down", config: "x: 1\n"), installation("other")])

    #expect(found.extensions.map(\.name) == ["up", "down", "new"])
    #expect(found.extensions[0].changes == [.upgrade(to: "v1.1.0", config: "a: 1\n")])
    #expect(found.extensions[1].changes == [.rollback(to: "0.9.0", config: "x: 1\n"), .disable])
    #expect(
      found.extensions[2].changes
        == [.install(version: "2.0.0", config: "", isEnabled: false), .place(on: ["east"])])
    #expect(found.unlisted.map(\.name) == ["other"])
    #expect(found.lines(prunes: false).contains(Plan.Effect(.changed, "up: version 1.0.0 → v1.1.0")))
    #expect(found.lines(prunes: true).contains(Plan.Effect(.removed, "other 1.0.0, which the file does not name")))
  }

  @Test func whatIsSecretInAConfigIsNotShown() throws {
    var set = ExtensionSet()
    var bell = ExtensionSet.Member("bell", version: "1.0.0")
    bell.config = "password: n3w\nport: 81\n"
    bell.placement = ["clusters": ["east"], "overrides": ["east": "token: hush\n"]]
    set.members = [bell]

    let lines = difference(set, [installation("bell", config: "password: old\nport: 80\n")]).lines(prunes: false)
      .map(\.text)

    #expect(lines.contains("  password: •••") && lines.contains("  port: 81"))
    #expect(!lines.contains { line in ["n3w", "old", "hush"].contains(where: line.containsText) }, "\(lines)")
  }

  @Test(
    arguments: [
      ("interval: 1h", ["registryPoll": ["interval": "1h"]]), ("timeout: 3m", ["timeout": "3m"]),
      ("interval: 1h, timeout: 3m", ["registryPoll": ["interval": "1h"], "timeout": "3m"]),
      ("interval: 30m", nil),
    ] as [(String, Value?)])
  func aTimeoutThatAFileDoesNotNameStays(fields: String, strategy: Value?) throws {
    let text = "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nrepositories: [{name: main, \(fields)}]"
    let main = repository([
      "url": "https://x", "updateStrategy": ["registryPoll": ["interval": "30m"], "timeout": "9m"],
    ])
    let write = try difference(ExtensionSet(text), [], [main]).repositories.first?.write

    guard case .patch(_, _, _, let body)? = write else { return #expect(strategy == nil) }
    #expect(body["spec"] == strategy.map { ["updateStrategy": $0] })
  }

  @Test func whatAFileDoesNotSpeakOfStays() throws {
    let text = "apiVersion: ksx.dev/v1\nkind: ExtensionSet\n"
    let (silent, none) = (try ExtensionSet(text), try ExtensionSet(text + "repositories: []\nextensions: []\n"))
    let there = ([installation("bell")], [repository(["url": "https://example.com"])])

    #expect(difference(silent, there.0, there.1).isEmpty(prunes: true))
    let gone = difference(none, there.0, there.1)
    #expect(gone.unlisted.map(\.name) == ["bell"] && gone.unlistedRepositories.map(\.name) == ["main"])
    #expect(silent.value["repositories"] == nil && silent.value["extensions"] == nil)
    #expect(none.value["repositories"] == [] && none.value["extensions"] == [])
  }

  @Test func aPlacementWithMoreThanNamesIsWrittenWhole() throws {
    var set = ExtensionSet()
    var bell = ExtensionSet.Member("bell", version: "1.0.0")
    bell.placement = ["clusters": ["east"], "overrides": ["east": "a: 2\n"]]
    set.members = [bell]
    let old: Value = ["placement": ["clusters": ["west"]], "overrides": ["west": "a: 1\n"]]

    let found = difference(set, [installation("bell", scheduling: old)])

    let expected: Value = [
      "spec": [
        "clusterScheduling": ["placement": ["clusters": ["east"]], "overrides": ["west": .null, "east": "a: 2\n"]]
      ]
    ]
    guard case .patch(_, _, "bell", let body)? = found.extensions.first?.scheduling else {
      Issue.record("nothing is written")
      return
    }
    #expect(body[path: "spec", "clusterScheduling", "overrides", "west"] == .null)
    #expect(
      body[path: "spec", "clusterScheduling", "placement"] == expected[path: "spec", "clusterScheduling", "placement"])
    #expect(found.extensions.first?.changes == [])
  }

  @Test func aRepositoryKeepsThePasswordThatTheFileDoesNotHave() {
    var set = ExtensionSet()
    set.repositories = [.init("main", ["url": "https://charts.example/", "interval": "1h"])]
    let present = repository([
      "url": "https://ada:pw@charts.example/",
      "updateStrategy": ["registryPoll": ["interval": "30m"], "timeout": "1m"],
    ])

    let found = difference(set, [], [present])

    guard case .patch(_, _, "main", let body)? = found.repositories.first?.write else {
      Issue.record("nothing is written")
      return
    }
    #expect(body[path: "spec", "url"] == nil)
    #expect(body[path: "spec", "updateStrategy", "registryPoll", "interval"] == "1h")
  }

  @Test func anAddressTakesThePlaceOfAnImage() {
    var set = ExtensionSet()
    set.repositories = [.init("main", ["url": "https://charts.example/"])]

    let found = difference(set, [], [repository(["image": "charts:1"])])

    guard case .patch(_, _, "main", let body)? = found.repositories.first?.write else {
      Issue.record("nothing is written")
      return
    }
    #expect(body["spec"] == ["url": "https://charts.example/", "image": .null])
  }

  /// The first design has no other field, and refuses what lacks it.
  @Test func anAddressIsAnImageWhereThereAreOnlyImages() throws {
    let seed = repository(["image": "https://charts.example/"], .subscription)
    let set = ExtensionSet([], repositories: [seed], dialect: .subscription)
    let shipped = difference(set, [], [repository(["url": "https://charts.example/"])])
    let back = difference(set, [], [seed], .subscription)
    let new = difference(set, [], [], .subscription)

    #expect(set.repositories.first?.fields == ["url": "https://charts.example/"])
    #expect(ExtensionSet.Repository("main", ["image": "https://u:p@x.example"]).fields == ["url": "https://x.example"])
    #expect(shipped.repositories.isEmpty && back.repositories.isEmpty)
    guard case .create(_, let object)? = new.repositories.first?.write else {
      Issue.record("nothing is made")
      return
    }
    #expect(object.spec == ["image": "https://charts.example/"])
  }

  @Test(arguments: [
    ("a: 1", "line 1, column 1: this is no set of extensions: apiVersion is ksx.dev/v1, and kind ExtensionSet"),
    ("[]", "line 1, column 1: a set of extensions is a mapping"),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: a}]",
      "line 3, column 14: an extension has a name and a version"
    ),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: a, version: 1, confg: x}]",
      "line 3, column 36: there is no field confg; there are name, version, enabled, config, placement, reason"
    ),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: a, version: 1, config: {a: 1}}]",
      "line 3, column 44: config is a text: write | after the colon"
    ),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nrepositories: [{name: a, basicAuth: x}]",
      "line 3, column 26: secrets do not belong into this file; ksx repo edit sets them"
    ),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: a, version: 1}, {name: a, version: 1}]",
      "line 3, column 37: the extension a is there twice"
    ),
    // What would be passed over could be uninstalled, or lose its agents.
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: []\n---\napiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: []",
      "line 5, column 1: this is a second document: a file has one set"
    ),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: []\nextensions: [{name: a, version: 1}]",
      "line 4, column 1: the key extensions comes twice: line 3 has it too, and the last counts"
    ),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: a, version: 1, placement: {clusters: east}}]",
      "line 3, column 58: clusters is a list of names"
    ),
    (
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: a, version: 1, placement: {overrides: [a]}}]",
      "line 3, column 59: overrides is a mapping"
    ),
  ])
  func whatIsWrongWithAFileIsToldWithItsPlace(text: String, problem: String) {
    #expect {
      try ExtensionSet(text)
    } throws: { error in
      (error as? SyntaxError)?.description == problem
    }
  }

  @Test func aVersionThatLooksLikeANumberIsAText() throws {
    let text = "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: a, version: 1.10}]"

    #expect(try ExtensionSet(text).members[0].version == "1.10")
  }
}
