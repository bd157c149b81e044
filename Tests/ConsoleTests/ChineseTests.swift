import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform
import Terminal
import Testing

@testable import Client
@testable import Console

/// Texts of the screens that were once left in English.
@Suite struct ChineseTests {
  private static func speaking(_ columns: Int, _ rows: Int) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.app.state.settings.language = "zh"
    return tester
  }

  @Test func howMuchIsBelowIsSaidInChinese() {
    var tester = Self.speaking(80, 12)
    tester.type("?")
    #expect(tester.screen.contains("▼ 还有 "), "\(tester.screen)")
  }

  @Test func whatAnInstallerMayDoIsSaidInChinese() {
    let role = #"{kind: Role, rules: [{verbs: ["*"], apiGroups: ["", apps], resources: ["*"]}]}"#
    let contents = PackageContents(Package(files: ["permissions.yaml": Array(role.utf8)]))
    let words = Language(name: "zh")

    #expect(contents.permissions.map { words($0.sentence) } == ["对 core, apps 的所有种类 执行任何操作（自身的命名空间）"])
  }

  @Test func whatIsRecordedOfThePastIsSaidInChinese() {
    let words = Language(name: "zh")

    #expect(words(Change.phrase("state UpgradeFailed")) == "状态 升级失败")
    #expect(words(Change.phrase("helm revision 38")) == "helm 修订版 38")
    #expect(words(Change.phrase("version 3.0.0")) == "版本 3.0.0")
    #expect(words(Change.phrase("cancel")) == "取消")
    #expect(Change.phrase("state UpgradeFailed").english == "state UpgradeFailed")
  }

  @Test func placesToGoToAreSaidInChinese() {
    var tester = Self.speaking(100, 24)
    tester.type(":contexts")
    tester.press(.enter)
    tester.hear(
      .clusterChoices(
        .success([
          ClusterChoice(name: "here", source: .standalone, ways: "kubernetes", server: "on this computer"),
          ClusterChoice(name: "there", source: .profile, ways: "both", server: "https://there"),
        ])))

    for word in ["单机", "在本机上", "配置档案", "两者", "https://there"] {
      #expect(tester.screen.contains(word), "\(word): \(tester.screen)")
    }
  }

  @Test func whatEnterDoesWithALineIsSaidInChinese() {
    var tester = Self.speaking(80, 24)
    tester.type(":")
    #expect(tester.lines.last?.contains("运行") == true, "\(tester.screen)")
  }

  @Test func whichRuleServesAPathIsSaidInChinese() {
    let words = Language(name: "zh")
    func said(_ target: String) -> String {
      words(Explanation(HTTPRequest(.get, target), by: nil, in: RouteTable()).reason)
    }

    #expect(said("/elsewhere") == "没有规则包含此路径")
    #expect(said("/apis") == "由 Kubernetes API 响应")
  }

  @Test func whatIsWrongWithARuleIsSaidInChinese() {
    let words = Language(name: "zh")
    let service = Object(
      Dialect.installPlan.apiServices, name: "v1.weather", ["spec": ["group": "weather.example", "version": "v1"]])
    let edits: Value = ["headerUp": ["-"]]
    let proxy = Object(
      Dialect.installPlan.reverseProxies, name: "weather",
      [
        "spec": [
          "upstream": ["url": "http://127.0.0.1"], "directives": edits,
          "matcher": ["path": "/else/*", "method": "GET"],
        ]
      ])

    #expect(APIServiceRule(service, dialect: .installPlan).problems.map { words($0) } == ["既没有地址也没有服务"])
    let said = ReverseProxyRule(proxy, dialect: .installPlan).problems.map { words($0) }
    #expect(said == ["header up[0] 被略过： 不是字段名", "/else/* 不以 /proxy/ 开头"])
  }

  @Test func whyALoginFailedIsSaidInChinese() {
    let words = Language(name: "zh")
    let refusal = OAuthRefusal(status: 400, error: "invalid_grant", message: "bad password.", isLogin: true)

    #expect(words(GatewayError.refused(refusal).sentence) == "登录：用户名或密码错误（bad password）。请重试。")
    let silence = words(GatewayError.transport(.timedOut(seconds: 5)).sentence)
    #expect(silence.hasPrefix("登录：网关"), "\(silence)")
  }

  @Test(arguments: [
    (GatewayError.loggedOut.transportError("ksx login --profile lab"), "未登录；请用 ksx login --profile lab 登录"),
    (TransportError.unreachable(host: "museum", reason: "connection refused"), "（连接被拒绝）"),
    (TransportError.interrupted(reason: "the server ended the watch at once"), "中断"),
  ])
  func whyThereIsNoConnectionIsSaidInChinese(error: TransportError, sentence: String) {
    var tester = Self.speaking(100, 24)
    tester.hear(.installations(.interrupted(.transport(error), delay: .seconds(30))))

    #expect(tester.screen.contains(sentence), "\(tester.screen)")
  }

  @Test func whyAChangeIsNotKnownToBeCarriedOutIsSaidInChinese() {
    let error = ClusterError.unanswered(
      reason: "the server ended the watch at once", .unknown("the answer is not JSON (\("line 1")): \("x")"))
    let said = Language(name: "zh")(error.problem(at: "museum"))

    #expect(said.contains("服务器立即结束了监视") && said.contains("响应不是 JSON（line 1）：x"), "\(said)")
  }

  @Test func aSentenceThatEndsHasOneStop() {
    let words = Language(name: "zh")
    let refused: Sentence = "\("museum") is too busy (429): \("wait"). \("Try again in a moment." as Sentence)"
    let error = ClusterError.refused(Status(code: 404, reason: "NotFound", message: "no such thing"))

    #expect(!words(refused.asFullSentence).contains("。。"))
    let said = words(error.sentence(for: "listing member clusters", at: "museum").asFullSentence)
    #expect(said.hasSuffix("。") && !said.hasSuffix("。。"), "\(said)")
  }

  @Test func whatIsSentAndWhatWasChangedIsSaidInChinese() {
    var tester = Self.speaking(100, 24)
    tester.offerAfter("U", "grafana")
    tester.type("a")
    #expect(tester.app.state.messageLog.entries.last?.text == "grafana：升级到 1.1.0 正在发送 …")
    tester.acceptChange()
    tester.press(.escape)
    tester.type("q")
    #expect(tester.screen.contains("grafana（升级到 1.1.0）"), "\(tester.screen)")
  }

  @Test func howOldTheScreenIsIsSaidInChinese() {
    var tester = Self.speaking(100, 24)
    tester.lose()
    tester.now = tester.now + 10
    tester.hear(.time)
    #expect(tester.lines[0].contains("已过时 10 秒"), "\(tester.lines[0])")
  }

  @Test func whereAValueIsFromAndHowTestsEndedIsSaidInChinese() {
    let words = Language(name: "zh")
    var run = TestRun(id: "1", count: 2)
    run.state = .passed
    run.outcomes = [.init(name: "a", hasPassed: true), .init(name: "b", hasPassed: true)]

    #expect(words.tests(run) == "通过，2/2")
    #expect(Language(name: "en").tests(run) == "passed, 2 of 2")
    #expect(words.origin(.cluster("east")) == "集群 east" && words.origin(.config) == "配置")
  }

  @Test func whoChangedSomethingLastIsSaidWithTheMarksOfTheLanguage() {
    var tester = Self.speaking(80, 24)
    tester.now = ClockReading(1_000_000, wall: 1_790_000_000)
    var failed = Installation.sample("grafana", version: "1.1.0", state: "UpgradeFailed", message: "no kind")
    failed.notes = [
      "ksx.dev/changed-by": "ada", "ksx.dev/change": "upgrade to 1.1.0", "ksx.dev/reason": "ticket 7",
      "ksx.dev/changed-at": ClockReading(1_790_000_000 - 120).timestamp,
    ]
    tester.hear(.installations(.applied(failed)))

    #expect(tester.screen.contains("由 ada 操作，2 分钟前（ticket 7）；1.0.0 仍在运行"), "\(tester.screen)")
  }

  @Test func clausesAndRemarksHaveMarksOfTheirLanguage() {
    #expect(Language(name: "zh").text(Language(name: "zh").list(["a", "b"]), remark: "c") == "a；b（c）")
    #expect(Language(name: "en").text(Language(name: "en").list(["a", "b"]), remark: "c") == "a; b (c)")
    #expect(Language(name: "zh").text("a", remark: "") == "a")
  }
}
