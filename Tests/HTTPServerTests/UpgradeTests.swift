import TestSupport
import Testing

@testable import HTTPServer

/// Connections that leave HTTP, and exchanges that another server answers.
@Suite struct UpgradeTests {
  private static let upgrade = "Host: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n"

  @Test(arguments: ["/upgrade", "/relay"])
  func afterAnUpgradeBytesGoBothWaysAsTheyAre(target: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET \(target) HTTP/1.1\r\n" + Self.upgrade)
      let head = await connection.hear(until: "\r\n\r\n")
      connection.say("GET /ok HTTP/1.1\r\n\r\n\u{0}")

      #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
      #expect(head.lowercased().contains("upgrade: echo\r\n"))
      #expect(await connection.hear(until: "\u{0}") == "GET /ok HTTP/1.1\r\n\r\n\u{0}")
    }
  }

  @Test func whatIsSentWithTheRequestBelongsToWhatComesAfterIt() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET /upgrade HTTP/1.1\r\n" + Self.upgrade + "early")

      #expect(await connection.hear(until: "early").hasSuffix("\r\n\r\nearly"))
    }
  }

  @Test func anUpgradeThatIsNotTakenUpEndsTheConnectionWithTheAnswer() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET /ok HTTP/1.1\r\n" + Self.upgrade)
      let heard = await connection.hear()

      #expect(heard.hasPrefix("HTTP/1.1 200"))
      #expect(heard.contains("Connection: close\r\n"))
    }
  }

  @Test func anOfferThatIsNotAnsweredYetHoldsUpWhatFollowsIt() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)
      connection.say("GET /wait HTTP/1.1\r\n" + Self.upgrade)

      #expect(await connection.push(100 << 20) < 8 << 20)
    }
  }

  @Test func aLongTunnelIsHeldUpByItsReader() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)
      connection.say("GET /upgrade HTTP/1.1\r\n" + Self.upgrade)
      _ = await connection.hear(until: "\r\n\r\n")

      let taken = await connection.push(100 << 20)

      #expect(taken < 8 << 20)
    }
  }

  @Test func theOtherEndHearsThatTheClientHasLeft() async throws {
    try await serving { _, server, path in
      var connection: RawConnection? = try RawConnection(path)
      connection?.say("GET /upgrade HTTP/1.1\r\n" + Self.upgrade)
      _ = await connection?.hear(until: "\r\n\r\n")

      connection = nil

      await server.connections.untilEmpty(for: .zero)
      #expect(await server.connections.count == 0)
    }
  }

  @Test func aRelayAnswersPartByPart() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST /relay HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
      let first = await connection.hear(until: "2\r\nab\r\n")
      connection.say("1\r\nc\r\n0\r\n\r\n")

      #expect(first.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(await connection.hear(until: "0\r\nX-Trailer: last\r\n\r\n").hasPrefix("1\r\nc\r\n"))
    }
  }

  @Test func requestsAfterARelayedOneAreAnsweredInTurn() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)
      let request = "POST /relay HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"

      connection.say(request + "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n" + request)
      var heard = await connection.hear(until: "ok")
      // All three answers may have come at once.
      if !heard.hasSuffix("last\r\n\r\n") { heard += await connection.hear(until: "last\r\n\r\n") }

      #expect(heard.contains("2\r\nab\r\n0\r\nX-Trailer: last\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n"))
      #expect(heard.hasSuffix("X-Trailer: last\r\n\r\n"))
    }
  }

  // A relay is known only once the handler has been asked, when the whole request may be here.
  @Test func trailersThatCameBeforeItWasKnownWhoAnswersAreNotLost() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say(
        "POST /relay HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n")

      #expect(await connection.hear(until: "\r\n0\r\nX-Sum: 1\r\n\r\n").hasPrefix("HTTP/1.1 200 OK"))
    }
  }
}
