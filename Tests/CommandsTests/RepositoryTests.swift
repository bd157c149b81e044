import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import TestSupport
import Testing

@testable import Commands

/// Repositories, and what is served, at the command line.
@Suite struct RepositoryCommandTests {
  @Test(arguments: [Dialect.installPlan, .subscription])
  func aRepositoryIsAddedEditedReadAgainAndRemoved(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    let added = try await bench.run(
      [
        "repo", "add", "main", "https://eve:hunter3@charts.example/", "--interval", "30m", "--repo-username", "ada",
        "--password-stdin", "--yes",
      ],
      input: "hunter2\n")
    #expect(added == "repository main: added in test\n")
    #expect(!bench.said.noted.contains("hunter"))
    let object = try await bench.cluster.get(dialect.repositories, "main")
    #expect(object.spec[path: "basicAuth", "password"] == "hunter2")
    #expect(object.spec[path: "updateStrategy", "registryPoll", "interval"] == "30m")
    let listed = try await bench.run("repo", "list", "-o", "yaml")
    #expect(listed.contains("password: •••") && !listed.contains("hunter"))

    try await bench.run("repo", "edit", "main", "--url", "https://other.example/", "--yes")
    let field = dialect == .installPlan ? "url" : "image"
    #expect(try await bench.cluster.get(dialect.repositories, "main").spec[field] == "https://other.example/")
    #expect(try await bench.cluster.get(dialect.repositories, "main").spec[path: "basicAuth", "username"] == "ada")
    bench.transport.forget()
    #expect(try await bench.run("repo", "sync", "main", "--yes") == "repository main: being read again in test\n")
    let write = bench.transport.requests.last { $0.method == .patch }
    let body = String(decoding: write?.body ?? [], as: UTF8.self)
    #expect(body.contains(dialect == .installPlan ? "\"lastSyncTime\":null" : "ksx.dev/last-sync-time"))
    #expect(
      try await bench.run("repo", "list") == """
        NAME   STATE     LAST SYNC   EVERY   EXTENSIONS   ADDRESS
        main   NotRead   -           30m     0            https://other.example/

        """)
    #expect(try await bench.run("repo", "remove", "main", "--yes") == "repository main: being removed in test\n")
    #expect(try await bench.run("repo", "list") == "")
  }

  @Test(
    arguments: [
      ["repo", "add", "main", "https://charts.example/", "--yes"], ["repo", "test", "https://charts.example/"],
    ])
  func aPasswordWithoutTheUserOfTheRepositoryIsRefused(words: [String]) async throws {
    let bench = try Workbench()
    let error = await #expect(throws: CommandError.self) {
      try await bench.run(words + ["--username", "ada", "--password-stdin"], input: "hunter2\n")
    }
    #expect(error?.sentence.contains("--repo-username") == true)
    #expect(try await bench.cluster.list(Dialect.installPlan.repositories).isEmpty)
  }

  @Test func onlyARemovalReadsWhatComesFromARepository() async throws {
    let bench = try Workbench()
    func read(_ words: String...) async throws -> [String] {
      bench.transport.forget()
      try await bench.run(words)
      let kinds = ["extensions", "installplans", "extensionversions", "events"]
      return kinds.filter { kind in
        bench.transport.requests.contains { $0.target.split(separator: "?")[0].hasSuffix("/\(kind)") }
      }
    }
    _ = try await read("repo", "list")

    #expect(try await read("repo", "add", "main", "https://x.example", "--yes") == [])
    #expect(try await read("repo", "edit", "main", "--interval", "30m", "--yes") == [])
    #expect(try await read("repo", "sync", "main", "--yes") == [])
    #expect(try await read("repo", "events", "main") == ["events"])
    #expect(try await read("repo", "list") == ["extensions", "events"])
    #expect(try await read("repo", "remove", "main", "--yes") == ["extensions", "installplans"])
  }

  @Test(.endsInTime) func whoWaitsForASyncReadsNoMarketplace() async throws {
    let bench = try Workbench(timing: LogTests.quick)
    try await bench.run("repo", "add", "main", "https://x.example", "--yes")

    let waiting = Task { try await bench.run("repo", "sync", "main", "--yes", "--wait") }
    await eventually("it waits") { bench.transport.requests.count { $0.target.contains("/events") } > 3 }
    _ = try await bench.cluster.patch(
      bench.dialect.repositories, "main", .merge(["status": ["lastSyncTime": "2026-01-01T00:00:00Z"]]))

    #expect(try await waiting.value.hasSuffix("repository main: Synced\n"))
    #expect(!bench.transport.requests.contains { $0.target.contains("/v1alpha1/extensions") })
  }

  @Test func whatGoesWithARepositoryIsInThePlan() async throws {
    let bench = try Workbench()
    for name in ["ant", "bee"] {
      try await bench.offer(name)
      _ = try await bench.cluster.patch(
        bench.dialect.extensions, name, ["metadata": ["labels": ["kubesphere.io/repository-ref": "main"]]])
    }
    _ = try await bench.cluster.create(
      bench.dialect.repositories,
      Object(bench.dialect.repositories, name: "main", ["spec": ["url": "https://x.example/"]]))
    try await bench.run("install", "bee", "--yes")

    #expect(
      try await bench.run("repo", "remove", "main", "--dry-run") == """
        Remove repository main in test
          - repository main
          - extension ant, which is not installed
          - the versions of bee, which runs on: its changes, its switch and its uninstall are stored and not carried out until a repository offers 1.1.0 again
          kubectl delete repositories.kubesphere.io main

        """)
  }

  @Test func whatIsSaidOfARepositoryIsListed() async throws {
    let bench = try Workbench()
    _ = try await bench.cluster.create(
      bench.dialect.repositories,
      Object(bench.dialect.repositories, name: "main", ["spec": ["url": "https://x.example/"]]))
    _ = try await bench.cluster.create(
      .events,
      Object(
        .events, name: "e1", namespace: "default",
        [
          "involvedObject": ["kind": "Repository", "name": "main"], "type": "Warning", "reason": "SyncFailed",
          "message": "no route", "lastTimestamp": "2026-01-01T00:00:00Z", "count": 3,
        ]))

    #expect(
      try await bench.run("repo", "events", "main").contains(
        "2026-01-01T00:00:00Z   Warning   SyncFailed   3       no route"))
    #expect(try await bench.run("repo", "list").contains("SyncFailed"))
    #expect(try await bench.failure("repo", "events", "min").hasPrefix("test has no repository min"))
  }

  @Test(arguments: [
    (["repo", "edit", "main", "--yes"], "ksx repo edit needs something to change; see ksx help repo edit"),
    (["repo", "sync", "main", "--yes"], "test has no repository main; ksx repo list shows those it has"),
    (
      ["repo", "add", "main", "https://x.example", "--interval", "often", "--yes"],
      "--interval is a duration such as 30m, not often"
    ),
  ])
  func whatCannotBeDoneToARepositoryIsSaid(words: [String], sentence: String) async throws {
    #expect(try await Workbench().failure(words) == sentence)
  }

  /// helm refuses the schemes that it does not know.
  @Test(arguments: ["ftp://y", "foo bar", "http://", "oci://", "file://rel", "/tmp/x", "./x", "https://a b/"])
  func whatIsNoAddressOfARepositoryIsRefused(address: String) async throws {
    #expect(try await Workbench().failure(["repo", "add", "main", address, "--yes"]).contains("is no address"))
  }

  @Test(arguments: ["http://x:8080/a", "oci://x/charts", "file:///srv/charts", "ghcr.io/x/y:1", "charts"])
  func whatMayBeAnAddressOfARepositoryIsTaken(address: String) async throws {
    #expect(try await Workbench().run(["repo", "add", "main", address, "--yes"]).contains("main"))
  }

  private func proxy(_ bench: Workbench) async throws {
    let spec: Value = [
      "matcher": ["method": "*", "path": "/proxy/bell/*"], "upstream": ["url": "http://bell.example"],
    ]
    _ = try await bench.cluster.create(
      bench.dialect.reverseProxies,
      Object(
        bench.dialect.reverseProxies, name: "bell", labels: [bench.dialect.extensionLabel: "bell"],
        ["spec": spec, "status": ["state": "Available"]]))
  }

  @Test func whatIsServedIsListedExplainedAndAsked() async throws {
    let bench = try Workbench()
    try await proxy(bench)

    #expect(
      try await bench.run("serves") == """
        EXTENSION   KIND           NAME   STATE       WHAT
        bell        ReverseProxy   bell   Available   * /proxy/bell/*

        """)
    #expect(try await bench.run("serves", "other") == "")
    let text = try await bench.run("explain", "get", "/proxy/bell/x")
    #expect(
      text.contains("GET /proxy/bell/x: ReverseProxy bell serves it\n  sent to http://bell.example: GET /"), "\(text)")
    await #expect(throws: CommandError.verdict(1)) { try await bench.run("explain", "GET", "https://h/nothing") }
    #expect(
      try await bench.failure("probe", "bell").contains("is a Kubernetes API and no gateway, so nothing was asked"))
    bench.transport.answer { request in
      // A user without rights is told so by Kubernetes itself, which is no gateway for that.
      request.target == "/kapis/version" ? .refusal(code: 403, reason: "Forbidden", "cannot get path") : nil
    }
    #expect(try await bench.failure("probe", "bell").contains("so nothing was asked"))
    bench.transport.answer { request in
      if request.target == "/kapis/version" { return HTTPResponse(status: 200, bytes: Array("{}".utf8)) }
      return request.target == "/proxy/bell/" ? HTTPResponse(status: 204, bytes: []) : nil
    }
    #expect(try await bench.run("probe", "bell").contains("answers (204)"))
    bench.transport.answer { request in
      if request.target == "/kapis/version" { return HTTPResponse(status: 200, bytes: Array("{}".utf8)) }
      return request.target == "/proxy/bell/" ? .refusal(code: 503, reason: "ServiceUnavailable", "it is off") : nil
    }
    await #expect(throws: CommandError.verdict(1)) { try await bench.run("probe", "bell") }
    #expect(bench.said.printed.contains("no answer: it is off (503)"))
  }
}
