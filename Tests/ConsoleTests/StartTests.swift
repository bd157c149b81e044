import Platform
import Terminal
import Testing

@testable import Console

/// The choice where nothing says which cluster is meant.
@Suite struct StartTests {
  private var start = StartScreen(
    [
      StartChoice("lab", "context", .open(["--context", "lab"])), StartChoice("Log in at a gateway", "asks", .login),
      StartChoice("Standalone", "try it", .open(["--standalone"])),
    ], reason: "There is no kubeconfig here.", .standard)
  private let size = Size(rows: 24, columns: 80)

  private mutating func press(_ keys: Key...) {
    for key in keys { start.press(key, size) }
  }

  private mutating func screen(_ size: Size) -> String {
    var surface = Surface(size: size)
    _ = start.draw(on: &surface)
    return surface.description
  }

  @Test(arguments: [Size(rows: 24, columns: 80), Size(rows: 10, columns: 40)])
  mutating func everyWayToBeginIsOnTheFirstScreen(size: Size) {
    let screen = screen(size)
    #expect(screen.contains("There is no kubeconfig here."))
    #expect(screen.contains(">lab") && screen.contains("Log in at a gateway") && screen.contains("Standalone"))
    #expect(!screen.lowercased().contains("error"))
  }

  @Test mutating func whatIsSaidOfAChoiceIsReadWhole() {
    let remark: Sentence =
      "a private backend with a built-in marketplace, to try everything without a cluster, gone with one command"
    start = StartScreen([StartChoice("Standalone", remark, .open([]))], reason: "None.", .standard)

    #expect(screen(size).contains("gone with one command"))
  }

  @Test mutating func enterOpensWhatIsSelected() {
    press(.character("j"), .character("j"), .enter)

    #expect(start.answer == .open(["--standalone"]))
  }

  @Test mutating func aLoginAsksForTheAddressAndTheUser() {
    press(.down, .enter)
    for character in "lab.example" { press(.character(character)) }
    press(.enter)
    for character in "ada" { press(.character(character)) }
    #expect(start.answer == nil)
    press(.enter)

    #expect(start.answer == .login(gateway: "https://lab.example", user: "ada"))
  }

  @Test mutating func aPastedAddressTakesThePlaceOfTheBeginningThatIsThere() {
    press(.down, .enter)
    for character in "http://127.0.0.1:9" { press(.character(character)) }
    press(.enter, .character("a"), .enter)

    #expect(start.answer == .login(gateway: "http://127.0.0.1:9", user: "a"))
  }

  @Test mutating func theChoiceIsInTheLanguageOfTheUser() {
    var settings = Settings.standard
    settings.language = "zh"
    start = StartScreen(
      [StartChoice("Log in at a gateway", "its address and a password are asked for", .login)],
      reason: "There is no kubeconfig here.", settings)

    let screen = screen(size)
    #expect(screen.contains("登录网关") && screen.contains("会询问其地址和密码") && screen.contains("此处没有 kubeconfig。"), "\(screen)")
  }

  @Test mutating func escapeGoesBackToTheChoiceAndThenLeaves() {
    press(.down, .enter, .escape)
    #expect(start.answer == nil)
    press(.escape)

    #expect(start.answer == .leave)
  }

  @Test func theLoopAnswersKeys() {
    let memory = MemoryScreen(size: size)
    memory.type(.enter)

    #expect(answer(start, on: memory) == .open(["--context", "lab"]))
  }

  @Test func whatAKeyHasDoneIsPaintedBeforeTheNextIsWaitedFor() {
    let memory = MemoryScreen(size: size)
    memory.type(.down)
    _ = answer(start, on: memory)

    #expect(memory.shown.description.contains(">Log in at a gateway"))
  }
}
