import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// What may come next in a command line.
@Suite struct CompletionTests {
  private func subject(_ line: String) -> CompletionQuestion.Subject {
    CompletionQuestion(line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)).subject
  }

  private func words(_ line: String) -> [String] {
    guard case .words(let words) = subject(line) else { return [] }
    return words.map(\.text)
  }

  @Test(
    arguments: [
      ("upgrade ", .extensions(installed: true)), ("upgrade a ", .extensions(installed: true)),
      ("install ", .extensions(installed: false)), ("get a ", .nothing), ("list ", .nothing),
      ("plan upgrade ", .extensions(installed: true)), ("plan install a ", .extensions(installed: false)),
      ("diff ", .extensions(installed: false)), ("diff a ", .versions(of: "a")), ("diff a 1.0.0 ", .versions(of: "a")),
      ("upgrade a --version ", .versions(of: "a")), ("--context x upgrade a --version=", .versions(of: "a")),
      ("install a --version = 1", .versions(of: "a")), ("--context ", .contexts), ("--profile ", .profiles),
      ("contexts use ", .profiles), ("apply -f ", .files), ("apply --filename=", .files),
      ("install a --config ", .files), ("rollback a --config ", .digests(of: "a")),
      ("config diff a ", .digests(of: "a")), ("inside a@", .versions(of: "a")), ("inside a @ 1.", .versions(of: "a")),
      ("repo sync ", .repositories), ("repo add ", .nothing), ("config get ", .extensions(installed: true)),
      ("inside ", .extensions(installed: false)), ("upgrade --yes ", .extensions(installed: true)),
      ("upgrade -- ", .extensions(installed: true)), ("disable a --reason ", .nothing), ("nonsense ", .words([])),
    ] as [(String, CompletionQuestion.Subject)])
  func aPlaceAsksForWhatGoesThere(line: String, wanted: CompletionQuestion.Subject) {
    #expect(subject(line) == wanted)
  }

  @Test func commandsAndOptionsAndTheirValuesAreKnownHere() {
    #expect(words("").contains("upgrade") && words("").contains("repo") && words("").filter { $0 == "repo" }.count == 1)
    #expect(words("repo ").sorted() == ["add", "edit", "events", "list", "remove", "sync", "test"])
    #expect(words("upgrade --").contains("--where") && words("upgrade --").contains("--context"))
    #expect(!words("list --").contains("--climb"))
    #expect(words("list -o ") == Output.names)
    #expect(words("list --output=") == Output.names)
    #expect(words("list --output =") == Output.names)
    #expect(words("completion ") == ["bash", "zsh", "fish"])
    #expect(words("list --where ").contains("installed") && words("list --where ").contains("state:"))
    #expect(words("explain ").first == "GET")
    #expect(CompletionQuestion(["list", "--output=j"]).lead == "--output=")
    #expect(CompletionQuestion(["list", "--output=j"]).typed == "j")
  }

  @Test(arguments: CompletionScript.allCases)
  func everyScriptAsksForWords(shell: CompletionScript) {
    #expect(shell.text.contains("ksx completion words -- "))
    #expect(shell.text.contains(CompletionScript.files))
  }

  @Test func aLineThatIsNotWholeStillSaysWhichCluster() {
    #expect(Arguments(lenient: ["--context", "prod", "upgrade", "--nope"])[.context] == "prod")
    #expect(Arguments(lenient: ["upgrade", "--context", "prod", "--version"])[.context] == "prod")
    #expect(Arguments(lenient: ["--what"])[.context] == nil)
  }

  @Test func nothingThatGoesWrongIsTold() async throws {
    let said = Transcript()
    let outlet = Outlet(print: { said.print($0) }, note: { said.note($0) })
    let folder = TemporaryFolder()
    let environment = Environment(["HOME": folder.path, "XDG_RUNTIME_DIR": folder.path])
    let arguments = try Arguments.parse(["completion", "words", "--", "--standalone", "upgrade", ""])

    try await CompleteWords(arguments).run(Context(arguments, environment, outlet))
    let files = try Arguments.parse(["completion", "words", "--", "apply", "-f", ""])
    try await CompleteWords(files).run(Context(files, environment, outlet))

    #expect(said.printed == ":files\n")
    #expect(said.noted == "")
  }
}
