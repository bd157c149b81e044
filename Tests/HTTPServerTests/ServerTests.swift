import Glibc
import HTTP
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct ServerTests {
  @Test func aConnectionIsUsedAgain() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)
      for _ in 0..<50 {
        connection.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await connection.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 OK\r\n"))
      }
    }
  }

  @Test func requestsThatComeAtOnceAreAnsweredInTurn() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET /size HTTP/1.1\r\nHost: x\r\n\r\nGET /missing HTTP/1.1\r\nHost: x\r\n\r\n")
      connection.say("GET /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let heard = await connection.hear()

      let places = ["HTTP/1.1 200", "HTTP/1.1 404", "\r\n\r\nok"].map { heard.range(of: $0) }
      #expect(places.allSatisfy { $0 != nil })
      #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
    }
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "GET / HTTQ/1.1\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n", "\u{1}\u{2}\r\n\r\n",
  ])
  func whatIsNoRequestIsToldSo(text: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say(text)
      let heard = await connection.hear()

      #expect(heard.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
      #expect(heard.contains("this is no HTTP request"))
    }
  }

  @Test(arguments: ["http://x/ok", "HTTPS://x:6443/ok"])
  func aTargetMayBeAWholeAddress(target: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")

      #expect(await connection.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test(arguments: ["http:///ok", "ftp://x/ok", "*", "ok", "/%zz", "/a%2", "/a%/b"])
  func aTargetWithoutAPathOfThisServerIsRefused(target: String) async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")

      #expect(await connection.hear().hasPrefix("HTTP/1.1 400"))
    }
  }

  @Test func aBodyOfSeveralPartsArrivesWhole() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n")
      await connection.say(all: String(repeating: "x", count: 900_000))
      let size = await connection.hear(until: "900000")
      connection.say(
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")

      #expect(size.hasPrefix("HTTP/1.1 200"))
      #expect(await connection.hear(until: "\r\n\r\nabc").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func aBodyThatIsTooLargeIsRefusedBeforeItIsRead() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n")

      #expect(await connection.hear().hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test func aBodyThatGrowsTooLargeIsRefused() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST /size HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      await connection.say(
        all: String(repeating: "8000\r\n" + String(repeating: "x", count: 32_768) + "\r\n", count: 40))

      #expect(await connection.hear().hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test func aRequestIsAnsweredByItsHeadWhileItsBodyIsStillToCome() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      connection.say("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
      let heard = await connection.hear()

      #expect(heard.hasPrefix("HTTP/1.1 401"))
      #expect(heard.contains("Connection: close\r\n"))
    }
  }

  @Test func aBodyThatNoHandlerReadsIsNotTakenIn() async throws {
    try await serving { _, server, path in
      let connection = try RawConnection(path)

      connection.say("POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n")
      let taken = await connection.push(100 << 20)

      // What fits in the kernel's buffers, and one piece.
      #expect(taken < 4 << 20)
    }
  }

  @Test func theBodyIsAskedForOnlyWhenItIsWanted() async throws {
    try await serving { _, _, path in
      let wanted = try RawConnection(path)
      let refused = try RawConnection(path)
      func head(_ target: String) -> String {
        "POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
      }

      wanted.say(head("/echo"))
      refused.say(head("/refused"))

      #expect(await wanted.hear(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      wanted.say("ab")
      #expect(await wanted.hear(until: "\r\n\r\nab").hasPrefix("HTTP/1.1 200"))
      #expect(await refused.hear().hasPrefix("HTTP/1.1 401"))
    }
  }

  @Test func headersThatAreTooLargeAreRefused() async throws {
    try await serving { _, _, path in
      let connection = try RawConnection(path)

      await connection.say(
        all: "GET / HTTP/1.1\r\nHost: x\r\nLong: " + String(repeating: "x", count: 70_000) + "\r\n\r\n")

      #expect(await connection.hear().hasPrefix("HTTP/1.1 431"))
    }
  }

  @Test func aClientThatSaysNothingIsHungUpOn() async throws {
    try await serving { limits in
      limits.firstHead = .milliseconds(50)
      limits.bodyPause = .milliseconds(50)
    } _: { _, _, path in
      let silent = try RawConnection(path)
      let slow = try RawConnection(path)

      slow.say("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{")

      #expect(await silent.hear() == "")
      #expect(await slow.hear() == "")
    }
  }

  @Test func aStreamSendsItsHeadAtOnceAndItsLinesAsTheyCome() async throws {
    try await serving { handler, _, path in
      let connection = try RawConnection(path)

      connection.say("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      let head = await connection.hear(until: "\r\n\r\n")
      handler.send("a line\n")

      #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(await connection.hear(until: "line\n").contains("a line\n"))
    }
  }

  @Test func aReaderThatTakesNothingIsHungUpOn() async throws {
    try await serving { limits in
      limits.stall = .milliseconds(100)
    } _: { _, server, path in
      let connection = try RawConnection(path)

      connection.say("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await connection.hear(until: "\r\n\r\n")

      await server.connections.untilEmpty(for: .zero)
      #expect(await server.connections.count == 0)
    }
  }

  @Test func whatHasNoEndOfItsOwnIsNotWaitedForWhenTheServerStops() async throws {
    try await serving { _, server, path in
      let stream = try RawConnection(path)
      stream.say("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await stream.hear(until: "\r\n\r\n")

      async let stopped: Void = server.stop(grace: .seconds(3600))
      let heard = await stream.hear()
      await stopped

      // It is not taken for a whole answer.
      #expect(!heard.contains("0\r\n\r\n"))
    }
  }

  @Test func stoppingEndsStreams() async throws {
    try await serving { _, server, path in
      let connection = try RawConnection(path)
      connection.say("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await connection.hear(until: "\r\n\r\n")

      await server.stop(grace: .milliseconds(10))

      #expect(await connection.hear() == "")
      #expect(access(path, F_OK) != 0)
    }
  }

  @Test func onlyOneServerAnswersOnASocket() async throws {
    try await serving { handler, _, path in
      await #expect(throws: ServerError.inUse(path)) { try await Server.start(handler, on: [.socket(path: path)]) }
    }
  }

  @Test(arguments: [("::1", "http://[::1]:"), ("127.0.0.1", "http://127.0.0.1:")])
  func anAddressIsAnnouncedAsItCanBeOpened(host: String, beginning: String) async throws {
    let server = try await Server.start(SampleHandler(), on: [.port(host: host, port: 0, certificate: nil)])

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

  @Test func aRequestKnowsTheConnectionItCameBy() async throws {
    let handler = SampleHandler()
    let server = try await Server.start(handler, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })

    let connection = try RawConnection(port: port)
    connection.say("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")
    _ = await connection.hear(until: "\r\n\r\nok")
    await server.stop(grace: .zero)

    #expect(handler.connections == [HTTPConnection(.port, peer: "127.0.0.1:\(connection.port)")])
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
