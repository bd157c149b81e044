import Client
import Glibc
import Manifest
import Testing

@testable import Backend
@testable import HTTP
@testable import KubernetesAPI

@Suite struct ServerTests {
  /// Runs `body` with a server on a socket of its own.
  private func serving(
    _ change: (inout ServerLimits) -> Void = { _ in }, _ body: (Asking, Server, String) async throws -> Void
  ) async throws {
    var limits = ServerLimits()
    change(&limits)
    let directory = "/tmp/ksxd-test-\(UInt64.random(in: 0 ... .max))"
    let path = directory + "/ksxd.sock"
    let ask = try Asking()
    let server = try await Server.start(ask.api, on: [.socket(path: path)], limits: limits)
    do {
      try await body(ask, server, path)
      await server.stop(grace: .zero)
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
    rmdir(directory)
  }

  @Test func aConnectionIsUsedAgain() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)
      for _ in 0..<50 {
        connection.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await connection.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 OK\r\n"))
      }
    }
  }

  @Test func requestsThatComeAtOnceAreAnsweredInTurn() async throws {
    try await serving { ask, _, path in
      try await ask(.post, Path.maps, .map("a"))
      let connection = try RawConnection(path)

      connection.say("GET \(Path.maps)/a HTTP/1.1\r\nHost: x\r\n\r\nGET \(Path.maps)/b HTTP/1.1\r\nHost: x\r\n\r\n")
      connection.say("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let heard = await connection.hear()

      let places = ["HTTP/1.1 200", "HTTP/1.1 404", "\r\n\r\nok"].map { heard.range(of: $0) }
      #expect(places.allSatisfy { $0 != nil })
      #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
    }
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n", "\u{1}\u{2}\r\n\r\n",
  ])
  func whatIsNoRequestIsToldSo(text: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say(text)
      let heard = await connection.hear()

      #expect(heard.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
      #expect(heard.contains(#""kind":"Status""#))
    }
  }

  @Test func aBodyThatIsTooLargeIsRefusedBeforeItIsRead() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST \(Path.maps) HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n")
      let heard = await connection.hear()

      #expect(heard.hasPrefix("HTTP/1.1 413"))
      #expect(heard.contains("RequestEntityTooLarge"))
    }
  }

  @Test func aBodyThatGrowsTooLargeIsRefused() async throws {
    try await serving { limits in
      limits.body = 1_000
    } _: { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST \(Path.maps) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      connection.say("400\r\n" + String(repeating: "x", count: 1_024) + "\r\n")

      #expect(await connection.hear().hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test func headersThatAreTooLargeAreRefused() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET / HTTP/1.1\r\nHost: x\r\nLong: " + String(repeating: "x", count: 70_000) + "\r\n\r\n")

      #expect(await connection.hear().hasPrefix("HTTP/1.1 400"))
    }
  }

  @Test func whoeverSaysNothingIsHungUpOn() async throws {
    try await serving { limits in
      limits.firstHead = .milliseconds(50)
      limits.bodyTime = .milliseconds(50)
    } _: { _, _, path in
      let silent = try RawConnection(path)
      let slow = try RawConnection(path)

      slow.say("POST \(Path.maps) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{")

      #expect(await silent.hear() == "")
      #expect(await slow.hear() == "")
    }
  }

  @Test func aWatchSendsItsHeadAtOnceAndItsEventsAsTheyCome() async throws {
    try await serving { ask, _, path in
      let version = try await ask(.get, Path.maps).version
      let connection = try RawConnection(path)

      connection.say("GET \(Path.maps)?watch=true&resourceVersion=\(version) HTTP/1.1\r\nHost: x\r\n\r\n")
      let head = await connection.hear(until: "\r\n\r\n")
      try await ask(.post, Path.maps, .map("a"))
      let event = await connection.hear(until: "}\n")

      #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(event.contains(#"{"type":"ADDED","object":"#))
    }
  }

  @Test func aReaderThatTakesNothingIsHungUpOn() async throws {
    try await serving { limits in
      limits.stall = .milliseconds(100)
    } _: { ask, server, path in
      let large = Value.map("m", ["x": String(repeating: "x", count: 2_000_000)])
      let connection = try RawConnection(path)
      try await ask(.post, Path.maps, large)

      connection.say("GET \(Path.maps)?watch=true HTTP/1.1\r\nHost: x\r\n\r\n")

      await server.connections.untilEmpty(for: .zero)
      #expect(await server.connections.count == 0)
    }
  }

  @Test func stoppingEndsWatches() async throws {
    try await serving { _, server, path in
      let connection = try RawConnection(path)
      connection.say("GET \(Path.maps)?watch=true HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await connection.hear(until: "\r\n\r\n")

      await server.stop(grace: .milliseconds(10))

      #expect(await connection.hear() == "")
      #expect(access(path, F_OK) != 0)
    }
  }

  @Test func onlyOneServerAnswersOnASocket() async throws {
    try await serving { ask, _, path in
      await #expect(throws: ServerError.inUse(path)) { try await Server.start(ask.api, on: [.socket(path: path)]) }
    }
  }

  @Test(arguments: [("::1", "http://[::1]:"), ("127.0.0.1", "http://127.0.0.1:")])
  func anAddressIsAnnouncedAsItCanBeOpened(host: String, beginning: String) async throws {
    let ask = try Asking()
    let server = try await Server.start(
      ask.api, on: [.port(host: host, port: 0, token: "0123456789abcdef", certificate: nil)])

    #expect(server.addresses.map { $0.hasPrefix(beginning) } == [true])
    await server.stop(grace: .zero)
  }

  @Test func theSocketIsForThisUserAlone() async throws {
    try await serving { _, _, path in
      var status = stat()
      stat(path, &status)
      #expect(status.st_mode & 0o777 == 0o600)
      stat(String(path.dropLast("/ksxd.sock".count)), &status)
      #expect(status.st_mode & 0o777 == 0o700)
    }
  }

  @Test func theTokenOpensTheDoor() async throws {
    var tokens = TokenTable()
    tokens.add(token: Array("open sesame 1234".utf8), .owner)
    let door = Door(tokens: tokens, stranger: nil, handler: try Asking().api)
    func status(_ header: String?) async -> Int {
      var request = HTTPRequest(.get, "/healthz")
      request.headers["Authorization"] = header
      return await door.respond(to: request).status
    }

    #expect(await status("Bearer open sesame 1234") == 200)
    #expect(await status("bearer open sesame 1234") == 200)
    for wrong in [nil, "", "Bearer", "Bearer ", "Bearer open sesame 123", "Bearer open sesame 12345", "Basic x"] {
      #expect(await status(wrong) == 401)
    }
  }
}

extension String {
  /// Where `text` begins, in bytes.
  fileprivate func range(of text: String) -> Int? {
    let (bytes, pattern) = (Array(utf8), Array(text.utf8))
    guard bytes.count >= pattern.count else { return nil }
    return (0...(bytes.count - pattern.count)).first { Array(bytes[$0..<($0 + pattern.count)]) == pattern }
  }
}
