import Client
import Editor
import Platform
import Terminal
import TestSupport
import Testing

@testable import Console

@Suite struct SettingsTests {
  @Test func theDefaultsAreWithoutAMistake() {
    #expect(Settings.standard.problems == [])
    #expect(
      Set(Settings.standard.themes.keys) == ["terminal", "dark", "light", "mono", "high-contrast", "colour-blind"])
    #expect(Set(Settings.standard.keymapsByName.keys) == ["standard", "vi", "emacs"])
    for name in Settings.standard.themes.keys { #expect(Settings.standard.themes[name] != nil) }
  }

  @Test(arguments: ["standard", "vi", "emacs"])
  func everyCommandHasAKey(keymap: String) throws {
    let keymaps = try #require(Settings.standard.keymapsByName[keymap])
    let bound = Set(keymaps.sections.values.flatMap(\.bindings).map(\.command))
    let wanted = KeySection.allCases.flatMap(Action.all(in:))

    #expect(Set(wanted).subtracting(bound).map(\.name).sorted() == [])
  }

  @Test(arguments: ["standard", "vi", "emacs"])
  func thereIsAlwaysAWayBack(keymap: String) throws {
    var settings = Settings.standard
    settings.keymaps = try #require(settings.keymapsByName[keymap])

    for sections in [[KeySection.marketplace, .everywhere], [.plan, .everywhere], [.prompt]] {
      #expect(settings.match([.escape], in: sections) == .command(.command(.back)))
    }
    #expect(settings.match([.escape], in: [.editor]) == .command(.edit(.abandon)))
  }

  /// A finger that slips in a list confirms nothing, and one that wants YAML does not in a plan.
  @Test(arguments: ["standard", "vi", "emacs"])
  func theKeyThatAppliesMeansNothingInAList(keymap: String) throws {
    var settings = Settings.standard
    settings.keymaps = try #require(settings.keymapsByName[keymap])

    #expect(settings.match([.character("a")], in: [.plan, .everywhere]) == .command(.command(.apply)))
    #expect(settings.match([.character("a")], in: [.extension, .marketplace, .list, .everywhere]) == .none)
    #expect(settings.match([.character("y")], in: [.plan]) == .none)
  }

  @Test func aFileOfOnesOwnLiesOverTheDefault() {
    let settings = load([
      "/c/ksx/keymap.yaml": "marketplace:\n  install: f12\n", "/c/ksx/config.yaml": "theme: light\nlanguage: zh\n",
    ])

    #expect(settings.problems == [])
    #expect(settings.keys(for: .install, in: [.marketplace]) == ["f12"])
    #expect(settings.keys(for: .upgrade, in: [.marketplace]) == ["U"])
    #expect(settings.theme == Settings.standard.themes["light"])
    #expect(settings.language == "zh")
  }

  @Test(
    arguments: [
      (
        "keymap.yaml", "everywhere:\n  dwon: j\n",
        "/c/ksx/keymap.yaml:2:3: there is no command dwon; did you mean down?"
      ),
      ("keymap.yaml", "everywhere: [\n", "/c/ksx/keymap.yaml:1:1:"),
      ("theme.yaml", "styles:\n  title: blod\n", "/c/ksx/theme.yaml:2:10: blod is neither a colour"),
      ("config.yaml", "language: fr\n", "/c/ksx/config.yaml:1:11: a language is en or zh"),
      (
        "config.yaml", "theme: pink\n",
        "there is no theme pink; there are colour-blind, dark, high-contrast, light, mono, terminal"
      ),
    ])
  func aWrongFileIsReportedAndTheDefaultHolds(file: String, text: String, problem: String) {
    let settings = load(["/c/ksx/" + file: text])

    #expect(settings.problems.count == 1)
    #expect(settings.problems.first?.english.hasPrefix(problem) == true, "\(settings.problems)")
    #expect(settings.keys(for: .down, in: [.everywhere]) == ["down", "j"])
    #expect(settings.theme == Settings.standard.theme)
    #expect(ConsoleTester(settings: settings).status.hasPrefix(problem.prefix(60)))
  }

  @Test func ofARepeatedKeyTheLastCountsAndBothLinesAreSaid() {
    let settings = load([
      "/c/ksx/config.yaml": "theme: dark\ntheme: light\n",
      "/c/ksx/keymap.yaml": "marketplace:\n  install: x\n  install: f12\n",
      "/c/ksx/theme.yaml": "inherits: dark\nstyles:\n  title: red\n  title: green\n",
    ])

    let said = "comes twice: line"
    #expect(
      settings.problems == [
        "/c/ksx/config.yaml:2:1: the key theme \(said) 1 has it too, and the last counts",
        "/c/ksx/theme.yaml:4:3: the key title \(said) 3 has it too, and the last counts",
        "/c/ksx/keymap.yaml:3:3: the key install \(said) 2 has it too, and the last counts",
      ])
    #expect(settings.theme == Settings.standard.themes["light"])
    #expect(settings.keys(for: .install, in: [.marketplace]) == ["f12"])
    #expect(settings.themes["own"]?[.title].foreground == .palette(2))
  }

  @Test(arguments: ["", "# nothing yet\n", "~\n", "---\n---\ntheme: dark\n"])
  func anEmptyDocumentSetsNothing(text: String) {
    let settings = load(["/c/ksx/config.yaml": text, "/c/ksx/keymap.yaml": text, "/c/ksx/theme.yaml": text])

    #expect(settings.problems == [])
  }

  @Test func aFileThatCannotBeReadIsReported() {
    let settings = Configuration.load(environment: ["HOME": "/h"]) { (path) throws(SystemError) in
      guard path.hasSuffix("keymap.yaml") else { return nil }
      throw SystemError("reading \(path)", problem: "line 2: byte 1 is not UTF-8")
    }

    #expect(settings.problems == ["reading /h/.config/ksx/keymap.yaml: line 2: byte 1 is not UTF-8"])
  }

  @Test(arguments: [
    ("marketplace:\n  install: D\n", "2:12: D is the key of disable in marketplace; say which keys it keeps"),
    ("plan:\n  apply: q\n", "2:10: q is the key of close in everywhere; say which keys it keeps"),
    ("everywhere:\n  palette: [x, g]\n", "2:16: g g is the key of first in everywhere; say which keys it keeps"),
  ])
  func aKeyThatIsTakenFromAnotherCommandIsSaidAndHolds(text: String, problem: String) {
    let settings = load(["/c/ksx/keymap.yaml": text])

    #expect(!settings.problems.isEmpty)
    #expect(settings.problems.first?.english.hasPrefix("/c/ksx/keymap.yaml:" + problem) == true, "\(settings.problems)")
  }

  @Test func aKeyThatIsGivenUpIsNotTaken() {
    let settings = load(["/c/ksx/keymap.yaml": "marketplace:\n  install: D\n  disable: [Z]\n"])

    #expect(settings.problems == [])
    #expect(settings.keys(for: .install, in: [.marketplace]) == ["D"])
  }

  @Test(arguments: [
    ("", "theme: dark\n"), ("theme: light # quiet\n", "theme: dark # quiet\n"),
    ("# mine\nlanguage: zh", "# mine\nlanguage: zh\ntheme: dark\n"),
    ("profiles:\n  - name: a # b\n    theme: x\n", "profiles:\n  - name: a # b\n    theme: x\ntheme: dark\n"),
    ("theme: light\ntheme: light\n", "theme: light\ntheme: dark\n"), ("{theme: light}\n", nil),
    ("theme: light\r\nkeymap: vi\r\n", "theme: dark\r\nkeymap: vi\r\n"),
    ("keymap: vi\r\n", "keymap: vi\r\ntheme: dark\r\n"), ("\"theme\": light # mine\r\n", "theme: dark # mine\r\n"),
    ("theme:\n  light\n", nil), ("- a\n", nil), ("a: [\n", nil),
  ])
  func aChoiceChangesOneLineOfTheFile(text: String, result: String?) {
    #expect(SettingsFile.text(text, setting: "theme", to: "dark") == result)
  }

  @Test(arguments: [":theme dark", ":keymap vi", ":language zh"])
  func aChoiceIsThereInTheNextSession(choice: String) throws {
    let folder = TemporaryFolder()
    var tester = ConsoleTester()
    tester.type(choice)
    tester.press(.enter)
    let words = choice.dropFirst().split(separator: " ").map(String.init)
    #expect(tester.asked.last == .keepSetting(words[0], words[1]))

    try SettingsFile(path: folder.path + "/ksx/config.yaml").set(words[0], to: words[1])
    let settings = Configuration.load(environment: ["XDG_CONFIG_HOME": folder.path]) { try? Files.text($0) }
    #expect(settings.problems == [])
    switch words[0] {
    case "theme": #expect(settings.theme.name == "dark")
    case "keymap": #expect(settings.keymaps.name == "vi")
    default: #expect(settings.language == "zh")
    }
  }

  @Test(arguments: [("zh_CN.UTF-8", "zh"), ("en_US.UTF-8", "en"), ("C", "en"), ("", "en")])
  func theLocaleChoosesTheLanguage(locale: String, language: String) {
    let settings = Configuration.load(environment: ["LANG": locale], readFile: { _ in nil })

    #expect(settings.language == language)
  }

  @Test func selectionAndKeptFiltersAreSettings() {
    let settings = load(["/c/ksx/config.yaml": "selection: name\nfilter-3: security !installed\n"])

    #expect(settings.problems == [])
    #expect(settings.selection == .name)
    #expect(settings.filters == [3: "security !installed"])
    #expect(load(["/c/ksx/config.yaml": "selection: all\n"]).problems.count == 1)
  }

  @Test(arguments: ["/c/ksx/themes/mine.yaml", "/c/ksx/../k9s/skins/mine.yaml"])
  func aThemeInAFileOfItsOwnIsChosenByItsName(path: String) {
    let settings = load([
      "/c/ksx/config.yaml": "theme: mine\n", path: "k9s:\n  body:\n    fgColor: aqua\n",
    ])

    #expect(settings.problems == [])
    #expect(settings.theme[.text].foreground == .rgb(red: 0, green: 255, blue: 255))
  }

  @Test func settingsThatHaveChangedAreTakenInAndTheirMistakesSaid() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.settings(load(["/c/ksx/config.yaml": "theme: mono\nlanguage: zh\n"])))
    #expect(tester.app.state.theme.name == "mono")
    #expect(tester.screen.contains("扩展组件"))

    tester.hear(.settings(load(["/c/ksx/config.yaml": "theme: pink\n"])))
    #expect(tester.status.contains("there is no theme pink"))
  }

  @Test func helpNamesEveryCommand() {
    var tester = ConsoleTester(120, 300)
    tester.type("?")

    for command in Command.allCases { #expect(tester.screen.contains(command.summary.prefix(40))) }
  }

  @Test func thePaletteCompletesRunsAndRemembers() {
    var tester = ConsoleTester.atMarket()
    tester.type(":them")
    tester.press(.tab)
    tester.type("mon")
    tester.press(.enter)
    #expect(tester.status == "theme: mono")
    #expect(tester.app.state.theme.name == "mono")

    tester.type(":")
    #expect(tester.screen.contains(">theme mono"))
    tester.press(.escape)
    tester.type(":nonsense")
    tester.press(.enter)
    #expect(tester.status.hasPrefix("There is no command nonsense"))
  }

  private func load(_ files: [String: String]) -> Settings {
    Configuration.load(environment: ["XDG_CONFIG_HOME": "/c", "HOME": "/h"], readFile: { files[$0] })
  }
}
