import APIServer
import Access
import Client
import Extensions
import Glibc
import HTTPServer
import KubeSphereKinds
import Platform
import TestSupport
import Testing

@testable import Commands

@Suite struct StandaloneTests {
  /// Runs `body` with a runtime directory that is gone afterwards.
  private func withRuntime(_ body: (Environment) async throws -> Void) async throws {
    var template = Array("/tmp/ksx-standalone-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    mkdir(directory + "/ksx", 0o700)
    defer {
      for name in ["ksxd.sock", "ksxd.sock.lock"] { unlink(directory + "/ksx/" + name) }
      rmdir(directory + "/ksx")
      rmdir(directory)
    }
    try await body(["HOME": directory, "XDG_RUNTIME_DIR": directory, "XDG_STATE_HOME": directory])
  }

  @Test func oneProcessStartsTheBackend() async throws {
    try await withRuntime { environment in
      let standalone = Standalone(environment)
      var first = try await standalone.startLock(until: .now)
      let second = try await standalone.startLock(until: .now)
      let isFirst = first != nil

      first = nil
      let third = try await standalone.startLock(until: .now)

      #expect(isFirst)
      #expect(second == nil)
      #expect(third != nil)
    }
  }

  @Test func aCommandWaitsUntilTheMarketplaceIsThere() async throws {
    try await withRuntime { environment in
      let api = try API(path: ":memory:", types: ResourceTypes(dialect: .installPlan))
      api.startup.begin("marketplace")
      var standalone = Standalone(environment)
      standalone.waitsForMarketplace = true
      standalone.marketplaceTimeout = .seconds(3_600)
      let server = try await Server.start(Authenticator(around: api), on: [.socket(path: standalone.socket)])
      let isAttached = Locked(false)

      let attaching = Task { [standalone] in
        try await standalone.attach(Outlet(print: { _ in }, note: { _ in }))
        isAttached.withLock { $0 = true }
      }
      for _ in 0..<200 { await Task.yield() }
      let early = isAttached.withLock { $0 }
      api.startup.end("marketplace")
      try await attaching.value
      await server.stop(grace: .zero)

      #expect(!early)
    }
  }

  /// As one that was stopped: the system takes connections for it.
  @Test func aBackendThatTakesConnectionsAndSaysNothingIsNotStartedAgain() async throws {
    try await withRuntime { environment in
      var standalone = Standalone(environment)
      standalone.probeTimeout = .seconds(1)
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      try #require(listen(on: standalone.socket, descriptor))

      let error = await #expect(throws: CommandError.self) {
        try await standalone.attach(Outlet(print: { _ in }, note: { _ in }))
      }

      #expect(error?.sentence.contains("has not answered for 1 s: it was stopped, or hangs") == true)
    }
  }

  private func listen(on path: String, _ descriptor: Int32) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && Glibc.listen(descriptor, 8) == 0
      }
    }
  }

  @Test func theConsoleDoesNotWaitForTheMarketplace() async throws {
    try await withRuntime { environment in
      let api = try API(path: ":memory:", types: ResourceTypes(dialect: .installPlan))
      api.startup.begin("marketplace")
      var standalone = Standalone(environment)
      // The server is in this process, whose threads the other tests use too.
      standalone.probeTimeout = TestTimeout.usual
      let server = try await Server.start(Authenticator(around: api), on: [.socket(path: standalone.socket)])

      try await standalone.attach(Outlet(print: { _ in }, note: { _ in }))
      await server.stop(grace: .zero)
    }
  }
}
