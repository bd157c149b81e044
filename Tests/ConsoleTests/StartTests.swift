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

  private mutating func type(_ text: String) {
    for character in text { press(.character(character)) }
  }

  @Test mutating func aLoginAsksForTheAddressTheUserAndThePassword() {
    press(.down, .enter)
    type("lab.example")
    press(.enter)
    type("ada")
    press(.enter)
    type("pä55")
    #expect(start.answer == nil)
    #expect(screen(size).contains("Password: ••••") && !screen(size).contains("pä55"))
    press(.enter)

    #expect(start.answer == .login(gateway: "https://lab.example", user: "ada", password: "pä55"))
  }

  @Test mutating func aPastedAddressTakesThePlaceOfTheBeginningThatIsThere() {
    press(.down, .enter)
    type("http://127.0.0.1:9")
    press(.enter, .character("a"), .enter)
    #expect(screen(size).contains("The password goes there unencrypted"))
    press(.character("p"), .enter)

    #expect(start.answer == .login(gateway: "http://127.0.0.1:9", user: "a", password: "p"))
  }

  @Test(arguments: [Size(rows: 24, columns: 80), Size(rows: 10, columns: 40)])
  mutating func aLoginThatFailsSaysWhyAndAsksAgain(size: Size) {
    press(.down, .enter)
    type("lab")
    press(.enter)
    type("ada")
    press(.enter)
    type("wrong")
    press(.enter)
    start.showLoginFailure("logging in: Invalid username or password. Try again.")
    #expect(start.answer == nil)
    let shown = screen(size)
    #expect(shown.contains("Invalid username") && shown.contains("Password:") && !shown.contains("•"), "\(shown)")

    type("right")
    press(.enter)
    #expect(start.answer == .login(gateway: "https://lab", user: "ada", password: "right"))
    start.showLoginFailure("logging in: lab cannot be reached.")
    press(.escape)
    #expect(screen(size).contains("User: ada"))
    press(.escape)
    #expect(screen(size).contains("Address of the gateway: https://lab"))
    press(.escape)
    #expect(screen(size).contains(">Log in at a gateway") && !screen(size).contains("cannot be reached"))
    #expect(start.answer == nil)
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

  @Test mutating func theLoopAnswersKeys() {
    let memory = MemoryScreen(size: size)
    memory.type(.enter)

    #expect(answer(&start, on: memory) == .open(["--context", "lab"]))
  }

  @Test mutating func whatAKeyHasDoneIsPaintedBeforeTheNextIsWaitedFor() {
    let memory = MemoryScreen(size: size)
    memory.type(.down)
    _ = answer(&start, on: memory)

    #expect(memory.shown.description.contains(">Log in at a gateway"))
  }
}
