import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// What a filter takes, for every term of its language.
@Suite struct ExtensionFilterTests {
  private static let now = Timestamp(secondsSince1970: Timestamp.seconds("2026-05-10T12:00:00Z") ?? 0)

  private struct Sample {
    var name: String
    var title: Value
    var category = "security"
    var provider = "Meadow"
    var recommended = "1.2.0"
    var running = ""
    var state = ""
    var isEnabled = true
    var changed = ""
    var version: Value = [:]

    var subject: FilterSubject {
      let dialect = Dialect.installPlan
      let found = Extension(
        Object(
          dialect.extensions, name: name,
          labels: [dialect.categoryLabel: category, "kubesphere.io/repository-ref": "main", "team": "Blue"],
          [
            "spec": [
              "displayName": title, "description": ["en": "Looks after things", "zh": "照料各种东西"],
              "provider": ["en": ["name": .string(provider)]],
            ],
            "status": ["recommendedVersion": .string(recommended), "versions": [["version": "0.9.9"]]],
          ]), dialect: dialect)
      let category = Category(
        Object(dialect.categories, name: category, ["spec": ["displayName": ["en": "Safe and sound", "zh": "安全"]]]))
      let details = ExtensionVersion(
        Object(dialect.extensionVersions, name: "\(name)-1", ["spec": version]), dialect: dialect)
      let row = ExtensionRow(name, found, installation, nil, language: "en")
      return FilterSubject(row, found, category: category, version: details, labels: ["team": "Blue"])
    }

    private var installation: Installation? {
      if state.isEmpty { return nil }
      var installation = Installation(
        Object(
          Dialect.installPlan.installations, name: name,
          [
            "spec": ["extension": ["name": .string(name), "version": .string(running)], "enabled": .bool(isEnabled)],
            "status": ["state": .string(state == "Waiting" ? "" : state), "enabled": .bool(isEnabled)],
          ]))
      installation.conditionTime = changed
      return installation
    }
  }

  private static let subjects: [FilterSubject] = [
    Sample(
      name: "log-lens", title: ["en": "Log Lens", "zh": "日志"], running: "1.1.0", state: "Installed",
      changed: "2026-05-10T11:00:00Z",
      version: [
        "kubeVersion": ">=1.19.0-0", "ksVersion": ">=4.1.0", "keywords": ["grep"],
        "externalDependencies": [["name": "whizard", "type": "extension", "required": true]],
      ]),
    Sample(
      name: "whizard", title: ["en": "Whizard"], category: "observability", running: "1.2.0", state: "UpgradeFailed",
      changed: "2026-05-01T00:00:00Z", version: ["kubeVersion": ">=1.27.0", "ksVersion": "^3.4.0"]),
    Sample(name: "vault", title: ["en": "Vault"], recommended: "2.0.0-rc.1"),
    Sample(
      name: "bell", title: ["en": "Build Bell"], provider: "Brook", running: "1.2.0", state: "Installed",
      isEnabled: false, changed: "2026-05-08T12:00:00Z"),
    Sample(name: "mesh", title: ["en": "Mesh"], running: "1.0.0", state: "Waiting"),
  ].map(\.subject)

  private func taken(_ text: String) -> [String] {
    let filter = ExtensionFilter(text)
    return Self.subjects.filter { filter.accepts($0, at: Self.now) }.map(\.row.name)
  }

  @Test(arguments: [
    ("", ["log-lens", "whizard", "vault", "bell", "mesh"]),
    // Words, over all that says what an extension is.
    ("LENS", ["log-lens"]), ("日志", ["log-lens"]), ("brook", ["bell"]),
    ("安全 !observ", ["log-lens", "vault", "bell", "mesh"]),
    ("grep", ["log-lens"]), ("things 0.9.9 observ", ["whizard"]), ("!observ build", ["bell"]), ("nothing", []),
    ("\"log lens\"", ["log-lens"]), ("!\"log lens\" whiz", ["whizard"]), ("lens log", ["log-lens"]),
    // How it stands.
    ("installed", ["log-lens", "whizard", "bell", "mesh"]), ("!installed", ["vault"]), ("update", ["log-lens"]),
    ("failed", ["whizard"]), ("off", ["bell"]), ("busy", ["mesh"]), ("\"off\"", []),
    ("installed update !observ", ["log-lens"]),
    // Keys.
    ("state:fail", ["whizard"]), ("state:\"upgrade failed\"", ["whizard"]), ("state=installed", ["log-lens", "bell"]),
    ("state!=installed", ["whizard", "vault", "mesh"]), ("STATE:Installed", ["log-lens", "bell"]),
    ("version:1.1", ["log-lens"]), ("version>=1.1", ["log-lens", "whizard", "vault", "bell", "mesh"]),
    ("version:>=1.1 installed", ["log-lens", "whizard", "bell", "mesh"]), ("version=2.0.0-rc.1", ["vault"]),
    ("version<2 version>1.1", ["whizard", "vault", "bell", "mesh"]), ("version!=1.2.0", ["log-lens", "vault"]),
    ("kube:1.20", ["log-lens", "vault", "bell", "mesh"]), ("kube!=1.20", ["whizard"]),
    ("kube>=1.25", ["whizard"]), ("kube<=1.20", ["log-lens", "vault", "bell", "mesh"]),
    ("ks:4.1.2", ["log-lens", "vault", "bell", "mesh"]),
    ("ks>=3.4 ks<4", ["whizard"]), ("repo:main", ["log-lens", "whizard", "vault", "bell", "mesh"]), ("repo=mai", []),
    ("category:observability", ["whizard"]),
    ("category:\"safe and\"", ["log-lens", "whizard", "vault", "bell", "mesh"]),
    ("category=安全 failed", ["whizard"]), ("needs:whizard", ["log-lens"]), ("needs!=whizard off", ["bell"]),
    // When it last changed.
    ("since:2h", ["log-lens"]), ("since:3d", ["log-lens", "bell"]), ("since>=3d", ["whizard"]),
    ("since:2026-05-08", ["log-lens", "bell"]), ("since<=2026-05-08", ["whizard"]),
    ("!since:2h", ["whizard", "bell"]),
    // Letters and labels.
    ("-f lgl", ["log-lens"]), ("-fblbe", ["bell"]), ("!-f e", ["whizard", "vault"]), ("-l team=blue off", ["bell"]),
    ("-l category=observability", ["whizard"]),
    ("-l kubesphere.io/category=observability", ["whizard"]), ("-l enabled!=yes", ["vault", "bell"]),
    ("!-l team=blue", []),
  ])
  func everyTermTakesWhatItSays(text: String, names: [String]) {
    #expect(ExtensionFilter(text).problem == nil)
    #expect(taken(text) == names)
  }

  @Test(arguments: [
    ("stat:failed", 1, "there is no key stat; did you mean state?", false),
    (
      "a  http://b", 4, "there is no key http; the keys are state, version, kube, ks, repo, category, since, needs",
      false
    ),
    ("off state>=x", 5, "state takes : = and !=, not >=", false),
    ("version>=", 1, "version>= takes a value, such as version>=1.2", true),
    ("!kube:new", 2, "kube takes a version such as 1.2 or 1.2.0, not new", true),
    ("since:may", 1, "since takes an age such as 2h or 3d, or a day such as 2026-05-01, not may", true),
    ("a \"log le", 3, "the quote is not closed", true),
    ("-f", 1, "-f takes a word", true),
    ("x -l app", 3, "-l takes KEY=VALUE or KEY!=VALUE, such as -l category=security, not app", true),
  ])
  func whatIsNotUnderstoodIsToldWithItsColumn(text: String, column: Int, sentence: String, isUnfinished: Bool) {
    let problem = ExtensionFilter(text).problem
    #expect(problem?.column == column && problem?.isUnfinished == isUnfinished)
    #expect(problem?.sentence.english == sentence)
  }

  @Test(arguments: ["version>=", "!", "-f", "\"", "stat:x", "off !"])
  func aTermThatIsStillTypedLeavesNothingOut(text: String) {
    #expect(taken(text) == taken(text.hasPrefix("off") ? "off" : ""))
  }

  @Test func descriptionsAreSearchedInTheLanguageOfTheUser() throws {
    func finds(_ text: String) throws -> Bool {
      try ExtensionFilter(text).accepts(#require(Self.subjects.first), at: Self.now)
    }
    #expect(try finds("looks after"))
    #expect(try !finds("照料"))
    #expect(try finds("日志"), "titles are searched in every language")
  }

  @Test func whatIsNotKnownOfAnExtensionIsNotTaken() {
    let row = ExtensionRow("bare", nil, nil, nil, language: "en")
    let subject = FilterSubject(row, nil)

    for text in ["needs:x", "!needs:x", "kube:1.27", "!kube:1.27", "version>=1", "!version>=1", "since:1h"] {
      #expect(!ExtensionFilter(text).accepts(subject, at: Self.now), "\(text)")
    }
  }

  @Test func onlyWhatIsAskedForMustBeRead() {
    #expect(ExtensionFilter("kube:1.27").asksVersions)
    #expect(!ExtensionFilter("installed state:failed since:2h").asksVersions)
    #expect(!ExtensionFilter("installed").asksCategories)
    #expect(ExtensionFilter("word").asksCategories)
  }

  @Test func quotesMakeAWordOfWhatWouldMeanSomething() {
    #expect(ExtensionFilter("\"http://x\"").problem == nil)
    #expect(ExtensionFilter("1:2 a/b=c").problem == nil)
  }
}
