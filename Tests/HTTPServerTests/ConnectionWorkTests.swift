import Glibc
import TestSupport
import Testing

@testable import HTTPServer

/// The tasks of connections: none outlives its connection, and none its server.
@Suite struct ConnectionWorkTests {
  @Test func anAnswerIsGivenUpWithItsConnection() async throws {
    try await serving { handler, _, path in
      var connection: RawConnection? = try RawConnection(path)
      connection?.say("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
      await eventually { handler.atWork == 1 }

      connection = nil

      await eventually { handler.atWork == 0 }
    }
  }

  @Test func noAnswerIsBeingMadeWhenTheServerHasStopped() async throws {
    try await serving { handler, server, path in
      let connections = try (0..<8).map { _ in try RawConnection(path) }
      for connection in connections { connection.say("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n") }
      await eventually { handler.atWork == 8 }

      await server.stop(grace: .zero)

      #expect(handler.atWork == 0)
    }
  }

  @Test func aConnectionThatComesWhileTheServerStopsDoesNotHoldItUp() async throws {
    try await serving { _, server, path in
      let connections = try (0..<50).map { _ in try RawConnection(path) }

      await server.stop(grace: .zero)

      for connection in connections { #expect(await connection.hear() == "") }
    }
  }

  @Test func anAnswerWhoseReaderHasLeftEndsQuietly() async throws {
    try await serving { handler, _, path in
      for _ in 0..<100 {
        let connection = try RawConnection(path)
        connection.say("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = await connection.hear(until: "xxxx")
      }

      await eventually { handler.atWork == 0 }
    }
  }
}
