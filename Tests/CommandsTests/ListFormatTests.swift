import Client
import Extensions
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import Commands

/// How lists are printed for scripts: in which form, of what, in which order, and while they arrive.
@Suite struct ListFormatTests {
  private func stocked(_ dialect: Dialect = .installPlan) async throws -> Workbench {
    let bench = try Workbench(dialect)
    try await bench.offer("whizard", recommended: "1.10.0", title: "Whizard")
    try await bench.offer("devops", recommended: "1.9.0", title: "DevOps")
    _ = try await bench.cluster.patch(
      bench.dialect.extensions, "devops", .merge(["metadata": ["labels": ["tier": "back"]]]))
    return bench
  }

  @Test func aTemplateOrColumnsTakeFromTheListWhatTheyName() async throws {
    let bench = try await stocked()

    #expect(try await bench.run("list", "-o", "jsonpath={.items[*].metadata.name}") == "devops whizard")
    #expect(
      try await bench.run("list", "-o", "custom-columns=N:.metadata.name,R:.status.recommendedVersion")
        == "N         R\ndevops    1.9.0\nwhizard   1.10.0\n")
    #expect(
      try await bench.run("get", "whizard", "-o", "custom-columns=K:.kind", "--no-headers") == "Extension\n")
    #expect(try await bench.run("versions", "whizard", "-o", "jsonpath={.items[0].spec.version}") == "1.1.0")
    #expect(try await bench.run("history", "whizard", "-o", "jsonpath={.kind}") == "History")
    #expect(
      try await bench.failure("list", "-o", "jsonpath={.items[9]}")
        == "--output: array index out of bounds: index 9, length 2")
  }

  @Test func whatIsNoFormatIsRefusedBeforeTheClusterIsAsked() async throws {
    let bench = try await stocked()
    bench.transport.forget()

    #expect(
      try await bench.failure("list", "-o", "toml")
        == "--output is one of table, wide, name, json, yaml, jsonpath=, custom-columns=, not toml")
    #expect(
      try await bench.failure("list", "-o", "jsonpath")
        == "-o jsonpath needs what it shall show, such as -o 'jsonpath={.metadata.name}'")
    #expect(try await bench.failure("list", "-o", "jsonpath={.a").hasSuffix(": unclosed action"))
    #expect(
      try await bench.failure("list", "-o", "custom-columns=N").hasSuffix("expected <header>:<json-path-expr>"))
    #expect(try await bench.failure("list", "--sort-by", "{.a").hasPrefix("--sort-by: "))
    #expect(bench.transport.requests.isEmpty)
  }

  @Test func headingsAreLeftOutAndRowsSortedWhereThatIsAsked() async throws {
    let bench = try await stocked()

    let rows = try await bench.run("list", "--no-headers", "--sort-by=.status.recommendedVersion").split(
      separator: "\n")
    #expect(rows.map { $0.prefix { $0 != " " } } == ["whizard", "devops"])
    #expect(
      try await bench.run("list", "-o", "name", "--sort-by=.status.recommendedVersion") == "whizard\ndevops\n")
    #expect(
      try await bench.failure("list", "--sort-by=.spec.nope")
        == "--sort-by: couldn't find any field with path \"{.spec.nope}\" in the list of objects")
    #expect(try await bench.run("versions", "whizard", "--no-headers").hasPrefix("1.1.0 "))
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func selectorsGoToTheServerAndHoldForWhatIsNotOffered(dialect: Dialect) async throws {
    let bench = try await stocked(dialect)
    try await bench.offer("gone")
    try await bench.run("install", "gone", "--yes")
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.cluster.delete(dialect.extensions, "gone")
    _ = try await bench.cluster.patch(
      dialect.installations, "gone", .merge(["metadata": ["labels": ["tier": "back"]]]))

    #expect(try await bench.run("list", "-l", "tier=back", "-o", "name") == "devops\ngone\n")
    #expect(try await bench.run("list", "-l", "tier!=back", "-o", "name") == "whizard\n")
    #expect(try await bench.run("list", "--field-selector=metadata.name=devops", "-o", "name") == "devops\n")
    #expect(try await bench.run("list", "--field-selector=metadata.name!=devops", "-o", "name") == "whizard\ngone\n")
    #expect(try await bench.run("list", "-l", "tier=front") == "")
    #expect(bench.said.noted == "no extension matches tier=front in test\n")
    #expect(try await bench.failure("list", "-l", "a b").contains("unable to parse requirement"))
    #expect(
      try await bench.run("versions", "whizard", "--field-selector=metadata.name=whizard-1.0.0", "-o", "name")
        == "whizard-1.0.0\n")
  }

  @Test(arguments: [0, 1, 3])
  func whatComesOutWhileItArrivesIsWhatCameOutAtOnce(count: Int) async throws {
    let bench = try Workbench()
    for number in 0..<count { try await bench.offer("ext-\(number)", title: "a\nb: \"c\"") }
    let objects = try await bench.cluster.list(bench.dialect.extensions).map(\.withoutManagedFields)
    let list: Value = ["apiVersion": "v1", "kind": "List", "items": .sequence(objects.map(\.value))]

    #expect(try await bench.run("list", "-o", "json") == JSON.prettyText(list) + "\n")
    #expect(try await bench.run("list", "-o", "yaml") == YAML.text(list))
  }

  private func object(_ name: String) -> Object {
    Object(.extensions, name: name, ["spec": ["text": .string(String(repeating: "x", count: 999))]])
  }

  @Test func objectsAreNotKeptUntilTheLastIsThere() throws {
    let said = Transcript()
    let outlet = Outlet(print: { said.print($0) }, note: { _ in })
    var printer = ObjectPrinter(try ListFormat(try Arguments.parse(["list", "-o", "json"])), outlet)

    for number in 0..<100 { printer.add(object("e\(number)")) }
    #expect(said.printed.utf8.count > 50_000)
    // The server has forgotten the list between two pages, and what was printed cannot be taken back.
    printer.startOver()
    for number in 0..<101 { printer.add(object("e\(number)")) }
    try printer.end(with: [])

    let items = try JSON.parse(Array(said.printed.utf8))["items"]?.sequence ?? []
    #expect(items.compactMap { Object($0).name } == (0..<101).map { "e\($0)" })
  }

  @Test func documentsOfOurOwnHaveItemsThatAreSortedToo() throws {
    let said = Transcript()
    let outlet = Outlet(print: { said.print($0) }, note: { _ in })
    let listing = Listing(
      kind: "Things", head: ["of": "x"], headings: ["NAME", "SIZE"],
      items: [("b", "1Gi"), ("a", "900Mi")].map { name, size in
        Listing.Item(name: name, value: ["name": .string(name), "size": .string(size)], cells: [name, size])
      })

    for words in [["-o", "name"], ["-o", "jsonpath={.items[*].size}"], ["--no-headers"], ["-o", "json"]] {
      try listing.print(try ListFormat(try Arguments.parse(["operations", "--sort-by=size"] + words)), to: outlet)
    }

    let json = JSON.prettyText(
      .ksxDocument("Things", ["of": "x", "items": [["name": "a", "size": "900Mi"], ["name": "b", "size": "1Gi"]]]))
    #expect(said.printed == "a\nb\n" + "900Mi 1Gi" + "a      900Mi\nb      1Gi\n" + json + "\n")
  }
}
