import Extensions
import KubernetesAPI
import Testing

@testable import Commands

@Suite struct ArgumentsTests {
  /// A command line, and what it means.
  static let meanings: [([String], Verb, [String], [Option: [String]])] = [
    ([], .console, [], [:]),
    (["--standalone"], .console, [], [.standalone: ["true"]]),
    (["list"], .list, [], [:]),
    (["--context", "a", "list", "-o", "json"], .list, [], [.context: ["a"], .output: ["json"]]),
    (["list", "-ojson"], .list, [], [.output: ["json"]]),
    (["list", "-o=json"], .list, [], [.output: ["json"]]),
    (["list", "--output=yaml", "-o", "wide"], .list, [], [.output: ["yaml", "wide"]]),
    (["get", "whizard", "-s", "https://h:1"], .get, ["whizard"], [.server: ["https://h:1"]]),
    (["config", "get", "whizard"], .configGet, ["whizard"], [:]),
    (["config", "set", "whizard", "--config", "-"], .configSet, ["whizard"], [.config: ["-"]]),
    (["disable", "whizard", "--now"], .disable, ["whizard"], [.now: ["true"]]),
    (["disable", "whizard", "--now=false"], .disable, ["whizard"], [.now: ["false"]]),
    (["install", "-y", "whizard", "--dry-run"], .install, ["whizard"], [.yes: ["true"], .dryRun: ["client"]]),
    (["install", "--dry-run=server", "whizard"], .install, ["whizard"], [.dryRun: ["server"]]),
    (["list", "--as-group", "a", "--as-group=b"], .list, [], [.asGroup: ["a", "b"]]),
    (
      ["list", "-v6", "-n", "x", "--as-user-extra", "a=b=c"], .list, [],
      [.verbosity: ["6"], .namespace: ["x"], .asUserExtra: ["a=b=c"]]
    ),
    (
      ["list", "--v=8", "--vmodule=a=1", "--cache-dir", "/c"], .list, [],
      [.verbosity: ["8"], .verbosityByFile: ["a=1"], .cacheDirectory: ["/c"]]
    ),
    (["list", "bell"], .list, ["bell"], [:]), (["contexts"], .contexts, [], [:]),
    (["contexts", "use", "a"], .contextsUse, ["a"], [:]),
    (
      ["login", "--gateway", "https://h", "--password-stdin"], .login, [],
      [.gateway: ["https://h"], .passwordStdin: ["true"]]
    ),
    (["get", "--", "--odd"], .get, ["--odd"], [:]),
    (["--version"], .version, [], [:]),
    (["-h"], .help, [], [:]),
    (["install", "--help"], .help, ["install"], [:]),
    (["config", "set", "x", "--help"], .help, ["config", "set"], [:]),
    (["help", "config", "set"], .help, ["config", "set"], [:]),
    (["config"], .help, ["config"], [:]),
  ]

  @Test(arguments: meanings)
  func aCommandLineMeans(arguments: [String], verb: Verb, operands: [String], values: [Option: [String]]) throws {
    let parsed = try Arguments.parse(arguments)

    #expect(parsed.verb == verb)
    #expect(parsed.operands == operands)
    for option in Option.allCases where verb != .help { #expect(parsed.all(option) == values[option] ?? []) }
  }

  /// A command line, and why it means nothing.
  static let mistakes: [([String], String)] = [
    (["lsit"], "there is no command lsit; did you mean list?; ksx help lists them"),
    (["list", "--contxt", "a"], "there is no option --contxt; did you mean --context?"),
    (["list", "-x"], "there is no option -x"),
    (
      ["list", "--match-server-version"],
      "--match-server-version means nothing to ksx, which works with every version of the server; leave it out"
    ),
    (
      ["list", "--profile-output", "f"],
      "--profile-output writes the profile of a Go program, which ksx is not; leave it out"
    ),
    (["list", "-v", "high"], "--v is a number such as 6, not high"),
    (["list", "--as-user-extra", "a"], "--as-user-extra is KEY=VALUE, not a"),
    (["list", "--gateway", "https://h"], "--gateway does not go with ksx list"),
    (["list", "--wait"], "--wait does not go with ksx list"),
    (["--now"], "--now does not go with ksx"),
    (["get"], "ksx get needs NAME; see ksx help get"),
    (["get", "a", "b"], "ksx get does not take b"),
    (["get", ""], "NAME must not be empty"),
    (["list", "--context"], "--context needs NAME"),
    (["list", "-o", "xml"], "--output is one of table, wide, name, json, yaml, jsonpath=, custom-columns=, not xml"),
    (["list", "--standalone=maybe"], "--standalone is true or false, not maybe"),
    (["list", "--dialect", "plan"], "--dialect is one of subscription, installplan, not plan"),
    (["install", "a", "--timeout", "soon"], "--timeout is a duration such as 30s, 5m or 1h, not soon"),
    (["\u{1b}[31m"], "there is no command \u{fffd}[31m; ksx help lists them"),
  ]

  @Test(arguments: mistakes)
  func aMistakeIsNamed(arguments: [String], sentence: String) {
    #expect(throws: CommandError(sentence)) { try Arguments.parse(arguments) }
  }

  /// `--token "$TOKEN"` with an empty variable.
  @Test func anEmptyValueOfWhatSaysWhereToGoIsAsIfItWereNotGiven() throws {
    let arguments = try Arguments.parse([
      "list", "--token", "", "--server=", "--as", "", "--context", "", "--context", "a",
    ])

    #expect(arguments[.token] == nil && arguments[.server] == nil && arguments[.asUser] == nil)
    #expect(arguments[.context] == "a")
  }

  @Test(arguments: [
    ("0", 0), ("90", 90), ("1.5s", 2), ("500ms", 1), (".5s", 1), ("1s500ms", 2), ("-1s", nil), ("30s", 30),
    ("1m30s", 90), ("2h", 7200), ("", nil), ("m", nil), ("5x", nil), ("-1", nil),
  ])
  func durationsAreReadAsGoWritesThem(text: String, seconds: Int?) {
    #expect(Arguments.seconds(text) == seconds)
  }
}

@Suite struct HelpTests {
  @Test(arguments: Verb.all.filter { $0 != .console })
  func everyCommandIsExplained(verb: Verb) throws {
    let text = try Help.text(for: verb.name.split(separator: " ").map(String.init))

    #expect(text.hasPrefix(verb.summary + ".\n\nUsage: ksx \(verb.name)"))
    for option in verb.options { #expect(text.contains("--\(option.rawValue)")) }
    #expect(try Help.text(for: []).contains(verb.summary))
  }

  @Test func aGroupOfCommandsIsExplainedTogether() throws {
    let text = try Help.text(for: ["config"])

    #expect(text.contains("Usage: ksx config get NAME"))
    #expect(text.contains("Usage: ksx config set NAME"))
  }

  @Test func whatIsNoCommandIsNotExplained() {
    #expect(throws: CommandError("there is no command nope; ksx help lists them")) { try Help.text(for: ["nope"]) }
  }
}

@Suite struct TableTests {
  @Test func wideCharactersTakeTwoColumnsAndHostileOnesNone() {
    let table = TextTable(
      headings: ["NAME", "TITLE", "X"],
      rows: [["devops", "流水线", "a"], ["w", "\u{1b}[31mred\u{202e}", ""], ["long-name", "", "b\nc"]])

    #expect(
      table.lines.map { $0 + "\n" }.joined() == """
        NAME        TITLE      X
        devops      流水线     a
        w           \u{fffd}[31mred   -
        long-name   -          b\u{fffd}c

        """)
  }

  @Test func anEmptyTableIsNothing() {
    #expect(TextTable(headings: ["A"], rows: []).lines.isEmpty)
  }
}

extension Verb {
  fileprivate static let configSet = Verb(.configure) ?? .console
  fileprivate static let disable = Verb(.disable) ?? .console
  fileprivate static let install = Verb(.install) ?? .console
}
