import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// The lines of the past as lists show them, and the way back before each.
@Suite struct PastChangeTests {
  private let ada = Author(name: "ada")

  private func lines(
    _ words: String, _ before: RequestedSpec?, _ after: RequestedSpec?, at time: String = "2026-01-02T10:00:00Z",
    _ outcome: HistoryLine.Outcome = .done
  ) -> [HistoryLine] {
    let version = after?.version ?? before?.version ?? ""
    let hash = ConfigHash.of(after?.config ?? "")
    return [
      HistoryLine("whizard", at: time, .change(words: words, former: nil), by: ada),
      HistoryLine("whizard", at: time, .spec(before: before, after: after)),
      HistoryLine("whizard", at: time, .outcome(outcome, version: version, configHash: hash)),
    ]
  }

  private func past(_ lines: [HistoryLine], _ installation: Installation? = nil) -> [PastChange] {
    PastChange.all(of: "whizard", ExtensionHistory(.init(lines: lines, installation: installation)))
  }

  private typealias Case = (before: RequestedSpec?, after: RequestedSpec?, words: String)

  private static let cases: [Case] = [
    (nil, RequestedSpec(version: "1.0.0"), "installed 1.0.0"),
    (RequestedSpec(version: "1.0.0"), nil, "uninstalled 1.0.0"),
    (RequestedSpec(version: "1.0.0"), RequestedSpec(version: "1.1.0"), "version 1.0.0 → 1.1.0"),
    (
      RequestedSpec(version: "1", config: "warnDays: 30"), RequestedSpec(version: "1", config: "warnDays: 14"),
      "config warnDays 30 → 14"
    ),
    (RequestedSpec(version: "1"), RequestedSpec(version: "1", config: "a: {b: 1}\nc: 2"), "config + a.b 1, 1 more"),
    (
      RequestedSpec(version: "1", config: "a: 1"), RequestedSpec(version: "1", config: "# why\na: 1"), "config comments"
    ),
    (RequestedSpec(version: "1"), RequestedSpec(version: "1", isEnabled: false), "enabled → disabled"),
    (RequestedSpec(version: "1"), RequestedSpec(version: "1", clusters: ["east"]), "agents on east"),
  ]

  @Test(arguments: cases.indices)
  func aLineSaysFromWhatToWhat(index: Int) {
    let (before, after, words) = Self.cases[index]

    #expect(past(lines("asked", before, after)).map(\.words) == [words])
  }

  @Test func whatWasRefusedIsNoChange() {
    let (before, after) = (RequestedSpec(version: "1"), RequestedSpec(version: "1", isEnabled: false))

    #expect(past(lines("disable", before, after, .refused("no"))).map(\.isRefused) == [true])
    #expect(past(lines("disable", before, after, .failed("why"))).map(\.isRefused) == [false])
  }

  @Test func listsOfAnyLengthHaveOneTranslation() {
    let three = (["a", "b", "c"] as [Sentence]).joined(separator: "; ")

    #expect(three.english == "a; b; c")
    #expect(three.rendered { $0 == "{0}; {1}" ? "{0}；{1}" : $0 } == "a；b；c")
    #expect(([] as [Sentence]).joined(separator: "; ").isEmpty)
  }

  @Test func whatLooksLikeASecretIsNotSaid() {
    let before = RequestedSpec(version: "1", config: "auth: {adminPassword: old}")
    let after = RequestedSpec(version: "1", config: "auth: {adminPassword: new}")

    #expect(past(lines("configure", before, after)).map(\.words) == ["config auth.adminPassword ••• → •••"])
  }

  @Test func aVariableOfAListIsAsSecretAsItsNameSays() {
    let difference = ConfigDifference(
      "a: 1\n", "a: 1\nenv: [{name: DB_PASSWORD, value: hush}, {name: PORT, value: x}]\n")

    let text = difference.lines.map { "\($0.key) \($0.after ?? "")" }.joined()
    #expect(text.containsText("•••") && text.containsText("PORT") && !text.containsText("hush"), "\(text)")
  }

  @Test func theUserWhoAsksIsYou() {
    let line = past(lines("enable", nil, RequestedSpec(version: "1")))[0]

    #expect(line.who(ownName: "ada") == "you")
    #expect(line.who(ownName: "bob") == "ada")
  }

  @Test func whereARollbackGoesIsMarked() {
    let all =
      lines("install 1.0.0", nil, RequestedSpec(version: "1.0.0"), at: "2026-01-01T10:00:00Z")
      + lines("upgrade to 1.1.0", RequestedSpec(version: "1.0.0"), RequestedSpec(version: "1.1.0"), .failed("no kind"))

    #expect(past(all).map(\.isLastGood) == [false, true])
    #expect(past(all).map(\.resultWords) == ["failed: no kind", "ok"])
  }

  @Test func aFailedStateSaysWhyAsTheObjectDoes() {
    let notes = [
      "ksx.dev/changed-by": "bob", "ksx.dev/change": "upgrade to 1.1.0", "ksx.dev/changed-at": "2026-01-02T10:00:00Z",
    ]
    let object = Object(
      Dialect.installPlan.installations, name: "whizard", annotations: notes,
      [
        "spec": ["extension": ["name": "whizard", "version": "1.1.0"]],
        "status": [
          "state": "UpgradeFailed", "conditions": [["message": "no TrafficPolicy"]],
          "stateHistory": [["state": "UpgradeFailed", "lastTransitionTime": "2026-01-02T10:01:00Z"]],
        ],
      ])

    #expect(past([], Installation(object)).map(\.resultWords) == ["failed: no TrafficPolicy"])
  }

  @Test func theWayBackLeadsToBeforeTheLineWhateverCameSince() {
    let first = RequestedSpec(version: "1.0.0", config: "a: 1")
    let second = RequestedSpec(version: "1.1.0", config: "a: 1")
    let all =
      lines("upgrade to 1.1.0", first, second, at: "2026-01-01T10:00:00Z")
      + lines("configure", second, RequestedSpec(version: "1.1.0", config: "a: 2"))
    let now = Sample.installation("Installed", config: "a: 2")
    let rows = past(all, now)

    #expect(rows[0].wayBack(from: now) == .change(.configure(config: "a: 1")))
    #expect(rows[1].wayBack(from: now) == .change(.rollback(to: "1.0.0", config: "a: 1")))
    #expect(rows[1].wayBack(from: nil) == .change(.install(version: "1.0.0", config: "a: 1")))
  }

  @Test func theWayBackHasTheTextAsItWasWrittenBeforeThatLine() {
    func written(_ text: String, at day: Int) -> HistoryLine {
      HistoryLine("whizard", at: "2026-01-0\(day)T10:00:00Z", .written(config: text))
    }
    func spec(_ config: String) -> RequestedSpec { RequestedSpec(version: "1.1.0", config: config) }
    let first = "# why\na: 1   # one\n"
    let all =
      lines("configure", spec(""), spec("a: 1\n"), at: "2026-01-01T10:00:00Z") + [written(first, at: 1)]
      + lines("configure", spec("a: 1\n"), spec("a: 2\n"), at: "2026-01-02T10:00:00Z") + [
        written("a: 2 # two\n", at: 2)
      ]
      + lines("configure", spec("a: 2\n"), spec("a: 1\n"), at: "2026-01-03T10:00:00Z") + [
        written("a: 1 # again\n", at: 3)
      ]
      + lines("configure", spec("a: 1\n"), spec("a: 3\n"), at: "2026-01-04T10:00:00Z")
    let now = Sample.installation("Installed", config: "a: 3\n", keepsObjects: true)
    let rows = past(all, now)

    #expect(rows[0].wayBack(from: now) == .change(.configure(config: "a: 1 # again\n")))
    #expect(rows[1].wayBack(from: now) == .change(.configure(config: "a: 2 # two\n")))
    #expect(rows[2].wayBack(from: now) == .change(.configure(config: first)))
    #expect(rows[2].wayBack(from: nil) == .change(.install(version: "1.1.0", config: first)))
    let asText = Sample.installation("Installed", config: "a: 3\n")
    #expect(rows[2].wayBack(from: asText) == .change(.configure(config: "a: 1\n")), "the cluster keeps the text itself")
  }

  @Test func backToBeforeAnInstallIsAnUninstall() {
    let rows = past(lines("install 1.1.0", nil, RequestedSpec(version: "1.1.0")))

    #expect(rows[0].wayBack(from: Sample.installation("Installed")) == .change(.uninstall))
    #expect(rows[0].wayBack(from: nil) == .refused("whizard is not installed, as it was before that"))
  }

  @Test func whatIsAsItWasIsSaid() {
    let before = RequestedSpec(version: "1.1.0")
    let rows = past(lines("disable", before, RequestedSpec(version: "1.1.0", isEnabled: false)))

    #expect(
      rows[0].wayBack(from: Sample.installation("Installed")) == .refused("whizard is as it was before that already"))
  }

  @Test func aVersionThatOnlyOthersKnowIsToldFromTheOneBeforeIt() {
    let notes = [
      "ksx.dev/changed-by": "bob", "ksx.dev/change": "upgrade to 1.1.0", "ksx.dev/changed-at": "2026-01-02T10:00:00Z",
    ]
    let object = Object(
      Dialect.installPlan.installations, name: "whizard", annotations: notes,
      ["spec": ["extension": ["name": "whizard", "version": "1.1.0"]]])
    let rows = past(
      lines("install 1.0.0", nil, RequestedSpec(version: "1.0.0"), at: "2026-01-01T10:00:00Z"), Installation(object))

    #expect(rows.map(\.words) == ["version 1.0.0 → 1.1.0", "installed 1.0.0"])
    #expect(rows[0].wayBack(from: nil) == .refused("what whizard was before that is not known here"))
  }

  @Test func whatIsSeenOfOthersIsTheirsAndNotYours() {
    func installation(_ version: String, by author: String) -> Installation {
      let notes = [
        "ksx.dev/changed-by": author, "ksx.dev/change": "upgrade to \(version)",
        "ksx.dev/changed-at": "2026-01-02T10:00:00Z",
      ]
      return Installation(
        Object(
          Dialect.installPlan.installations, name: "whizard", annotations: author.isEmpty ? [:] : notes,
          ["spec": ["extension": ["name": "whizard", "version": .string(version)]]]))
    }
    let before = installation("1.0.0", by: "")
    let ofBob = HistoryLine.seen(installation("1.1.0", by: "bob"), after: before, at: "t")
    let unknown = HistoryLine.seen(installation("1.1.0", by: ""), after: before, at: "t")

    #expect(ofBob?.by == "bob")
    #expect(ofBob?.time == "2026-01-02T10:00:00Z")
    #expect(unknown?.by == "person not recorded")
    #expect(HistoryLine.seen(before, after: before, at: "t") == nil)
  }

  @Test func aChangeThatAnOpenConsoleHasSeenAsWellIsOneLine() {
    let time = "2026-01-02T10:00:00Z"
    let twice = [
      HistoryLine("whizard", at: time, .change(words: "disable", former: nil), by: ada),
      HistoryLine("whizard", at: "2026-01-02T10:00:02Z", .change(words: "disable", former: nil), by: ada),
    ]

    #expect(past(twice).count == 1)
  }

  @Test func theLinesOfAllExtensionsAreOneListByTime() {
    let all =
      lines("enable", nil, RequestedSpec(version: "1"), at: "2026-01-01T10:00:00Z")
      + [HistoryLine("devops", at: "2026-01-03T10:00:00Z", .change(words: "disable", former: nil))]

    #expect(PastChange.all(all, Installations([])).map(\.extension) == ["devops", "whizard"])
  }
}
