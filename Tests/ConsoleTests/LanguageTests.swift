import Client
import Editor
import Extensions
import Glibc
import Manifest
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// The console's own words, the sentences that are made below it, and their catalogue are one list.
@Suite struct LanguageTests {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources/"
  private static let sources = swiftFiles(in: root + "Console").compactMap { try? Files.text($0) }

  /// Where sentences are made that the console shows.
  private static let sentencePlaces = [
    "Console", "Extensions/Plans", "Extensions/Changes", "Extensions/Eras", "Extensions/Rights.swift",
    "Extensions/RolloutState.swift", "Extensions/Kinds/MemberCluster.swift", "Operations/Configs/ConfigEffect.swift",
    "Extensions/Kinds/ExtensionVersion.swift",
    "Operations/Doctor", "Operations/History/PastChange.swift", "Operations/History/RequestedSpec.swift",
    "Operations/Planning", "Operations/Progress", "Operations/Repositories/RepositoryDraft.swift", "Operations/Serving",
    "Operations/Several", "Operations/State/AgentRow.swift", "Operations/State/ExtensionStatus.swift",
    "Operations/State/PlanFacts.swift",
    "Operations/State/Needs.swift", "Operations/State/ServedObject.swift", "Operations/State/VersionFacts.swift",
    "Operations/Undo", "Operations/Filtering/ExtensionFilter.swift", "Operations/Filtering/FilterParser.swift",
    "Extensions/UnobservedChange.swift", "Extensions/PackageSource.swift", "Client/Profiles/FallbackTransport.swift",
    "Operations/Repositories/RepositoryTest.swift", "Operations/Session/KubectlAbsence.swift",
    "Operations/History/ClusterReader+ExtensionHistory.swift", "Operations/History/LastChange.swift",
    "Client/Profiles/Login+Words.swift", "Client/Profiles/OpenProfile.swift", "Client/Profiles/Profile.swift",
    "Client/Profiles/ProfileReader.swift", "Client/Profiles/Profiles.swift", "Client/Profiles/Profiles+Writing.swift",
    "Client/Profiles/TokenStore.swift", "Client/Kubeconfig", "Client/Credentials/ExecSettings.swift",
    "Operations/History/History.swift", "Platform/Files", "Platform/Process", "Platform/Text/TextBytes.swift",
    "Client/Cluster", "Client/Watch", "Client/Curl/CurlFailure.swift", "Client/Curl/CurlTransport.swift",
    "Client/Curl/EasyHandle+Configure.swift", "Client/Curl/Proxy.swift", "Client/Curl/ProxyRules.swift",
    "Client/Curl/Transfer.swift", "Client/Credentials/ExecPlugin.swift",
    "Client/Credentials/InvalidHeaderCharacter.swift", "Client/Credentials/TokenFile.swift",
    "Client/KubeSphere/GatewayAPI.swift", "Client/KubeSphere/GatewayError.swift",
    "Client/KubeSphere/GatewaySession.swift", "Client/KubeSphere/OAuth.swift", "HTTP/HTTPBody.swift",
    "Commands/Starting/Standalone.swift", "Extensions/WriteResult.swift", "Platform/Text/Nearest.swift",
    "Editor/EditorView.swift",
    "Editor/EditorView+Drawing.swift", "Manifest/ConfigReview.swift", "Manifest/MappingPairs.swift",
    "Manifest/PlainWords.swift", "Manifest/SlashEscapes.swift", "Manifest/SyntaxError.swift",
    "Manifest/YAMLEvent.swift",
    "Manifest/YAMLReader.swift", "Operations/Emergency/Bisect.swift", "Operations/Emergency/Cancellation.swift",
    "Operations/Emergency/Cancellation+Words.swift", "Operations/Emergency/BisectStep.swift",
    "Operations/Emergency/SafeMode.swift", "Operations/Guardrails", "Operations/History/ExtensionHistory.swift",
    "Operations/History/ExtensionHistory+Explaining.swift", "Operations/Emergency/ClusterReader+Cancelling.swift",
    "Terminal/Keymaps.swift", "Terminal/ThemeReader.swift", "Operations/Comparing/PackagePart+Words.swift",
    "Operations/Repositories/RepositoryChange.swift", "Packages/Contents/Permission.swift",
    "Commands/Starting/StartChoices.swift", "ksx/Choosing.swift", "Extensions/Routing",
    "Operations/State/ExtensionDetails.swift",
    "Operations/Comparing/VersionComparison.swift", "Operations/Comparing/PackageFacts.swift",
  ]

  /// The templates of the texts in those files; what a kind of change says is data of its own.
  private static let templates: Set<String> = {
    let files = sentencePlaces.flatMap { $0.hasSuffix(".swift") ? [root + $0] : swiftFiles(in: root + $0) }
    let texts = files.filter { !$0.hasSuffix("ChangeKind+Rows.swift") }.compactMap { try? Files.text($0) }
    return Set(texts.flatMap { SourceLiterals($0).templates } + ofChanges)
  }()

  /// What is said of each kind of change.
  private static let ofChanges: [String] = ChangeKind.allCases.flatMap { kind -> [String] in
    let row = kind.row
    let said = [row.verb, row.words, row.title, row.progressive, row.past, row.question, row.whileBusy]
    return (said + (row.dependantWarning.map { [$0] } ?? []) + row.effects.map(\.sentence.template)).map {
      Sentence.numbered($0).template
    }
  }

  /// Texts in those files that are no words of the console: names of objects and fields, what servers and settings say,
  /// what only commands say, and what is never painted.
  private static let untranslated: Set<String> = [
    "\n\n(cut off here)", " (kubectl -n {0} get pods,endpoints)", " --version {0}", "-f letters", "-l app=web",
    " as ", " failed", " ksx", " ksx  ",
    " or ", " pre", "{0} ms", "Cluster {0}", "Event of Repository {0}", "Extension {0}", "ExtensionVersion of {0}",
    "ExtensionVersion {0}", "Filter by what is kept under {0}", "Job {0}", "KubeSphere {0}", "Kubernetes {0}",
    "PATCH {0}, dry run", "Repository {0}", "Secret {0}", "Sort by {0}, then the other way around, then as before",
    "admission webhook \"", "by ", "chart version",
    "conversion webhook for ", "denied the request", "did not complete within requested timeout", "dry run",
    "failed calling webhook \"", "failed to load chart data", "helm release",
    "{0} from {1}", "{0}… ({1} bytes)", "{0} as {1}", "release: {0}", "link: {0}", "helm revision ", "state ",
    "version ", "{0} could not be started: {1}", "not sent:",
    "ksx doctor {0}", "ksx plan enable {0}", "ksx versions {0}", "ksx wait {0} --for settled",
    "ksx get {0} shows how it stands", "ksx upgrade {0}", "ksx install {0}{1} first", "ksx: ", "label status",
    "no answer for ", "no file descriptor is left for the mailbox",
    "no repository here offers {0}, as far as is known", "not YAML", "not made", "out of memory",
    "page {0}", "read to the end", "repo add", "repo edit", "repo remove", "repo sync", "service {0}:{1}",
    "signal {0}", "the capabilities are known",
    "the watch of ", "versions of ", "{0} has no row in the table of commands", "{0} to {1}",
    // What libyaml says, commands, and what stands in JSON.
    "block sequence entries are not allowed", "could not find expected ':'", "did not find expected '-' indicator",
    "did not find expected key", "did not find expected node content", "expected ',' or", "found a tab character",
    "found character that cannot start any token", "found undefined tag handle", "found unknown escape character",
    "mapping values are not allowed", "quoted scalar", "bisect bad", "bisect good", "bisect reset", "bisect start",
    "config edit", "config unset", "safe-mode off", "safe-mode on", "state {0}", "wrote ", "wrote one or more of ",
    // What helm and pods say, and lines for a shell.
    " of ", "Lease {0}/{1}", "Pod {0}/{1}", "Pod {0}: {1}", "exit code {0}", "ksx rollback {0} --version {1}",
    "kubectl -n {0} describe pod {1}", "kubectl -n {0} logs {1} -c {2} --previous", "no matches for kind \"",
    "the cluster does not serve ", "ConfigMap {0} holds no Base64", "by the {0}: {1}",
    " (held by its finalizers ", "Namespace {0}",
    "because it is being terminated", "denied request: ", "exceeded quota: ", "helm ", "no answer",
    "post-delete hook ", "pre-delete hook ", "the two ways",
    // What only the checks of packages and notes of commands say, and what is looked for in a text.
    "Bearer {0}", "Failed to connect", "private key", "libcurl lost the context", "299 ksx ", "the proxy {0}",
    "ksx login",
    "the renewed login could not be saved: {0}", "text/plain, */*", "Too large resource version",
    "text/css; charset=utf-8", "text/html; charset=utf-8", "text/plain; charset=utf-8",
    "application/javascript; charset=utf-8", "the group ", "header up", "header down",
    "{0}: a path that begins with / is expected", "kind: {0}", "the API", "the path", "the entry", "the matcher",
    "KubeSphere refuses {0}: a link begins with /dist/{1}/",
    "spec.entries[{0}] has no name, by which the web console knows it",
    "the gateway answers 503: {0} is in {1}, which is no namespace of the extension",
    "{0} is another object's of the package already", "it said nothing",
    "started the standalone backend ({0}, log {1})",
    "the marketplace is still being read: what is shown may not be all there is",
    // Parts of names, lines of the settings, what a gateway's refusal advises, and what no user sees.
    "{0} (--client-key)", "in client-key-data", " of the user {0}", "no text", "current: {0}", "current: {0}{1}",
    "- name: {0}", "  gateway:", "  kubernetes:", "    insecure-skip-tls-verify: true", "ksx login --profile {0}",
    "a gateway behind the API server sees no login, so give the gateway of “{0}” a url",
    "check the token, or the user name and the password", "renew the token in {0}", "log in again with {0}",
    "no thread to be had", "the thread lost its child",
    "started without work", "not on the thread of this executor", "the thread lost its owner",
    "--interval is a duration such as 30m, not {0}", "repositories of this cluster have no {0}",
    "{0} is no address: https://HOST/PATH, oci://HOST/PATH, file:///FOLDER or the name of an image is expected",
  ]

  private static func swiftFiles(in folder: String) -> [String] {
    let paths = ((try? Files.names(in: folder)) ?? []).map { folder + "/" + $0 }
    return paths.flatMap { Files.isDirectory($0) ? swiftFiles(in: $0) : $0.hasSuffix(".swift") ? [$0] : [] }
  }

  /// The texts that stand in the code right after `opening`, on its line or on the next.
  private static func literals(after opening: String) -> Set<String> {
    let parts = sources.flatMap { $0.split(separator: opening).dropFirst() }.map { $0.drop(while: \.isWhitespace) }
    return Set(parts.filter { $0.first == "\"" }.map { String($0.dropFirst().prefix { $0 != "\"" }) })
  }

  /// What is asked for by the value of an expression.
  private static let computed: Set<String> = {
    let views = MarketView.general + [.category("")]
    let columns = MarketplaceColumns.sorting.map(\.title) + ViewRow.columns.map(\.title)
    let states: [InstallationState] = [
      .none, .preparing, .installing, .installFailed, .upgrading, .upgradeFailed, .installed, .uninstalling,
      .uninstalled, .uninstallFailed,
    ]
    var all = Set(views.map(\.title) + views.map(\.emptiness) + columns + states.map(\.word.spacedOut))
    all.formUnion(Command.allCases.flatMap { [$0.summary, $0.hint] } + KeySection.allCases.map(\.title))
    all.formUnion(["on", "off", "waiting"] + ["fact(", "row(", "known(", "Column(", ">("].flatMap(literals(after:)))
    all.formUnion(ExtensionTab.allCases.map(\.title) + ChangeKind.allCases.map(\.row.verb))
    all.formUnion(
      Plan.Check.Subject.allCases.map(\.question) + RepositoryForm.Field.allCases.flatMap { [$0.label, $0.hint] })
    all.formUnion(["ready", "blocked", "asking the server …", "the server refuses it"])
    all.formUnion(["draft", "changed", "changed in the cluster meanwhile", "you"])
    all.formUnion(EditorCommand.allCases.map { Action.edit($0).summary })
    all.formUnion([EditorCommand.save, .abandon, .undo, .find, .goTo, .editOutside].map { Action.edit($0).hint })
    all.formUnion(["certain", "likely", "possible", "note", "."])
    all.formUnion(SystemError.usualCodes.map { SystemError("", code: $0).problem.template })
    return all.subtracting([""])
  }()

  private static let asked = literals(after: "words(").union(literals(after: "self(")).union(computed)

  @Test func everyWordHasItsChinese() {
    #expect(Self.sources.count > 30)
    #expect(Self.asked.subtracting(Language.chinese.keys).sorted() == [])
  }

  @Test func everyWordOfTheCatalogueIsAskedFor() {
    #expect(Set(Language.chinese.keys).subtracting(Self.asked.union(Self.templates)).sorted() == [])
  }

  @Test func everySentenceThatIsMadeBelowTheConsoleHasItsChinese() {
    let sentences = Self.templates.filter(SourceLiterals.isSentence).union(Self.ofChanges.filter { !$0.isEmpty })
    #expect(sentences.count > 700)
    #expect(sentences.subtracting(Language.chinese.keys).subtracting(Self.untranslated).sorted() == [])
    #expect(Self.untranslated.subtracting(sentences).sorted() == [], "no longer in the code")
  }

  @Test func chineseHasThePlacesOfItsEnglish() {
    func places(_ text: String) -> [String] { Sentence.numbered(text).names.sorted() }
    for (english, chinese) in Language.chinese { #expect(places(english) == places(chinese), "\(english)") }
  }

  @Test func aSentenceIsPutIntoChineseAsAWhole() {
    let words = Language(name: "zh")
    let need: Sentence = "which is not installed"
    let sentence: Sentence = "it needs \("log-lens"), \(need)"

    #expect(sentence.english == "it needs log-lens, which is not installed")
    #expect(words(sentence) == "它需要 log-lens，而它未安装")
    #expect(words("\(Sentence(verbatim: "which is not installed"))" as Sentence) == "which is not installed")
    #expect(words(("\("a") is not installed" as Sentence).asFullSentence) == "A 未安装。")
  }

  @Test func whatIsMadeFarBelowTheConsoleIsPutIntoChinese() {
    let words = Language(name: "zh")
    var guardrails = Guardrails()
    guardrails.rules = Guardrails.rules(in: "guardrails: [{deny: [disable]}, {typed: all}]", "f")
    func said(_ verb: String) -> String? {
      switch guardrails.verdict(
        on: IntendedAction([verb]), at: .init(context: "prod", server: ""), now: Timestamp(secondsSince1970: 0))
      {
      case .denied(let reason)?, .typedConfirmation(let reason)?: words(reason)
      default: nil
      }
    }

    #expect(said("disable") == "prod 中禁止 disable（f）")
    #expect(said("enable") == "在 prod 中须输入以确认（f）")
    #expect(
      words(Guardrails.rules(in: "guardrails: 7", "f").first?.flaw ?? "") == "第 1 行第 13 列：护栏须为列表")
    let mistake = words(ConfigReview("a: [1\n").mistake?.sentence ?? "")
    #expect(mistake == "第 1 行第 4 列：第 4 列的 [ 没有闭合")
    let twice = words(ConfigReview("a: 1\na: 2\n").warnings.first?.sentence ?? "")
    #expect(twice.contains("键 a 出现两次：第 1 行也有"))
    let settings = Configuration.load(environment: ["HOME": "/h"]) { $0.hasSuffix("config.yaml") ? "theme: pink" : nil }
    let problem = words(settings.problems.first ?? "")
    #expect(problem.hasPrefix("没有名为 pink 的 theme；可用的有 "))
    let failure: Sentence = "The draft of \("grafana") was not saved"
    let full = SystemError("writing \("/d/x")", code: ENOSPC)
    #expect(words("\(failure): \(full)." as Sentence).hasSuffix("：写入 /d/x：设备上没有剩余空间。"))
    let unreadable = Configuration.load(environment: ["HOME": "/h"]) { (path) throws(SystemError) in
      guard path.hasSuffix("config.yaml") else { return nil }
      throw SystemError("reading \(path)", problem: "it is longer than \(7) bytes")
    }
    #expect(words(unreadable.problems.first ?? "") == "读取 /h/.config/ksx/config.yaml：它超过 7 字节")
    #expect(words(ExtensionFilter("off stat:x").problem?.placed ?? "") == "第 5 列：没有键 stat；您是指 state 吗？")
  }

  @Test func whatIsWrongWithAKubeconfigIsPutIntoChinese() throws {
    let words = Language(name: "zh")
    let text = """
      contexts: [{name: a, context: {cluster: a}}]
      clusters: [{name: a, cluster: {server: "http://x", server: "http://y"}}]
      current-context: a
      """
    var options = KubeconfigOptions()
    options.kubeconfig = "/k"
    let context = try Kubeconfig.load(options, environment: Environment([:])) { (_) throws(SystemError) in
      Array(text.utf8)
    }
    #expect(context.warnings.map { words($0) } == ["/k:2：键 server 出现两次：第 2 行也有，以最后一个为准"])
    options.context = "b"
    let unknown = #expect(throws: KubeconfigError.self) {
      try Kubeconfig.load(options, environment: Environment([:])) { (_) throws(SystemError) in Array(text.utf8) }
    }
    #expect(unknown.map { words($0.sentence) } == "/k：没有名为“b”的 context。请用 --context 选择另一个；可用的有：a")
    let missing = #expect(throws: KubeconfigError.self) {
      try Kubeconfig.load(options, environment: Environment([:])) { (path) throws(SystemError) in
        throw SystemError("reading \(path)", code: ENOENT)
      }
    }
    #expect(missing.map { words($0.sentence) } == "/k：文件或目录不存在。请检查 --kubeconfig 或 KUBECONFIG 给出的路径")
  }

  @Test func whatIsMadeBelowIsPaintedInChinese() {
    var tester = ConsoleTester.atMarket(100, 30)
    tester.app.state.settings.language = "zh"
    tester.offerAfter("e", "grafana")
    tester.press(.end, .enter)
    tester.type("  image: [")
    #expect(tester.screen.contains("第 2 行第 8 列：值中出现第二个“:”"), "\(tester.screen)")

    tester = ConsoleTester.atMarket(100, 30)
    tester.app.state.settings.language = "zh"
    tester.app.state.session.guardrails.rules = Guardrails.rules(in: "guardrails: [{deny: disable}]", "config.yaml")
    tester.offerAfter("D", "grafana")
    #expect(tester.screen.contains("中禁止 disable（config.yaml）"), "\(tester.screen)")
  }

  @Test func placesStandForWhatIsFilledIn() {
    #expect(Language(name: "en")("{0} and {1}", "a", "b") == "a and b")
    #expect(Language(name: "zh")("{0} failed", "3") == "3 失败")
    #expect(Language(name: "zh")("no such word") == "no such word")
  }

  /// The pages that can be opened with nothing but keys.
  private static let ways = [
    "", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "U", "b", "D", "X", "e", "m", "H", "?", "y", "gd", "go", "gr",
    "gw",
    "gc", "~", "Uv", "*D", "U/x",
  ]

  @Test(arguments: ways)
  func noPageShowsAWordOfTheCatalogueInEnglish(keys: String) {
    var tester = ConsoleTester.atMarket(100, 40)
    tester.app.state.settings.language = "zh"
    if keys.first?.isNumber == true { tester.press(.enter) }
    tester.type(keys)
    // Short words may be names, and help tells of words to type.
    let words = Language.chinese.filter { $0.key.count > 14 && $0.key.contains(" ") && !$0.key.contains("{") }.keys

    let said = tester.lines.joined(separator: " ")
    #expect(words.filter { said.contains($0) } == [], "\(tester.screen)")
  }

  @Test func pagesInChineseLookAsTheyDid() throws {
    func page(_ keys: String, _ name: String) -> Golden.State {
      Golden.State(name, from: .failedUpgrade) { tester in
        tester.app.state.settings.language = "zh"
        tester.press(.enter)
        tester.type(keys)
      }
    }
    try Golden.check(
      "chinese",
      [
        page("", "overview"), page("2", "versions"), page("3", "history"), page("4", "config"), page("8", "serves"),
        page("b", "plan"), page("X", "uninstall"), page("gd", "doctor"), page("H", "changes"),
      ])
  }

  @Test func anotherLanguageReadsTheDescriptionsInIt() {
    var tester = ConsoleTester.atMarket()
    tester.type(":language zh")
    tester.press(.enter)
    #expect(
      tester.asked.starts(with: [
        .stop(.watch(.extensions(language: "en"), .installPlan)), .watch(.extensions(language: "zh"), .installPlan),
      ]))

    tester.hear(.settings(.standard))
    #expect(tester.asked.contains(.watch(.extensions(language: "en"), .installPlan)))
  }

  @Test func theConsoleSpeaksChinese() {
    var tester = ConsoleTester.atMarket()
    tester.type(":language zh")
    tester.press(.enter)

    #expect(tester.lines[0].contains("museum › 扩展组件"))
    #expect(tester.lines[0].hasSuffix("实时"))
    #expect(tester.lines[1].contains("视图"))
    #expect(tester.lines.last?.contains("筛选") == true)
  }
}
