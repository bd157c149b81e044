import Glibc
import TestSupport
import Testing

@testable import HTTPServer

/// How many connections there may be, and what is left for whom when there are too many.
@Suite struct ConnectionLimitTests {
  @Test func aListenerTakesItsShareOfConnectionsAndTheRestInTheirTurn() async throws {
    try await serving { limits in
      limits.connections = 4
    } _: { _, server, path in
      var taken: [RawConnection] = []
      for _ in 0..<4 {
        let connection = try RawConnection(path)
        connection.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await connection.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200"))
        taken.append(connection)
      }
      let late = try RawConnection(path)
      late.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
      taken[0].say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await taken[0].hear(until: "\r\n\r\nok")
      #expect(await server.connections.count == 4)

      taken.removeFirst()

      #expect(await late.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func whoWaitsForNothingMakesWayWhereThereIsLittleRoom() async throws {
    try await serving { limits in
      limits.connections = 4
      limits.nextHeadWhenNearlyFull = .milliseconds(50)
    } _: { _, _, path in
      var idle: [RawConnection] = []
      for _ in 0..<4 {
        let connection = try RawConnection(path)
        connection.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = await connection.hear(until: "\r\n\r\nok")
        idle.append(connection)
      }
      let late = try RawConnection(path)
      late.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")

      #expect(await late.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200"))
      // The first ones came while there was room.
      idle[0].say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(await idle[0].hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func aFullPortLeavesTheSocketItsRoom() async throws {
    let folder = "/tmp/ksxd-test-\(UInt64.random(in: 0 ... .max))"
    var limits = ServerLimits()
    limits.connections = 4
    let server = try await Server.start(
      SampleHandler(), on: [.socket(path: folder + "/s"), .port(host: "127.0.0.1", port: 0, certificate: nil)],
      limits: limits)
    let port = try #require(server.addresses[1].split(separator: ":").last.flatMap { UInt16($0) })

    let connections = try (0..<20).map { _ in try RawConnection(port: port) }
    let owner = try RawConnection(folder + "/s")
    owner.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
    let heard = await owner.hear(until: "\r\n\r\nok")
    await server.stop(grace: .zero)
    rmdir(folder)

    #expect(heard.hasPrefix("HTTP/1.1 200"))
    #expect(connections.count == 20)
  }

  @Test(arguments: [(6, 2, 40), (39, 2, 40), (95, 16, 96)])
  func tooFewDescriptorsAreRefusedWithWhatIsNeeded(limit: Int, processors: Int, needed: Int) throws {
    let error = ServerError.tooFewFiles(limit: limit, needed: needed)

    #expect(throws: error) { try DescriptorLimit.check(limit, processors: processors) }
    #expect(error.description.contains("\(needed) are needed"))
    try DescriptorLimit.check(needed, processors: processors)
  }

  @Test(arguments: [(1_024, 2, 2_000, 464), (1_024, 1, 100, 100), (64, 2, 2_000, 4), (1 << 20, 2, 2_000, 2_000)])
  func aShareLeavesRoomForTheOthersAndForFiles(limit: Int, listeners: Int, wanted: Int, share: Int) {
    #expect(DescriptorLimit.share(of: listeners, wanted: wanted, among: limit) == share)
  }
}
