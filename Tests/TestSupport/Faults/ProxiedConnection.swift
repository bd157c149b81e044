import Glibc

/// One connection from its beginning to its end.
///
/// Confined to a thread of its own.
struct ProxiedConnection {
  private let client: Int32
  private let server: Int32
  private let fault: Fault
  private var request = MessageMeter()
  private var asked = 0
  private var answered = 0
  private var answer: [UInt8] = []
  private var chunks: ChunkRepeater?

  /// Whether the connection goes on, or how it ends for the client.
  private enum Step: Equatable { case goOn, end(Fault.Ending) }

  init(client: Int32, fault: Fault, upstream: Place) {
    self.client = client
    self.fault = fault
    server = fault == .refused ? -1 : Sockets.connect(to: upstream)
    if case .chunksRepeated(let seed) = fault { chunks = ChunkRepeater(seed: seed) }
  }

  /// Carries bytes until one side ends, and has the client's end closed by `closeClient`.
  mutating func run(_ closeClient: (Fault.Ending) -> Void) {
    var ending = Fault.Ending.reset
    if server >= 0 {
      while true {
        let step = next()
        guard case .end(let how) = step else { continue }
        ending = how
        break
      }
    }
    closeClient(ending)
    guard server >= 0 else { return }
    seeTheServerOff()
    close(server)
  }

  /// A request that has reached the server whole is answered before this returns, and the answer dropped; so
  /// a test that looks afterwards sees what it did.
  private func seeTheServerOff() {
    guard request.isWaiting else { return }
    if Sockets.wait(for: [server], milliseconds: 2_000).isEmpty { return }
    _ = Sockets.receive(from: server)
  }

  private mutating func next() -> Step {
    let ready = Sockets.wait(for: [client, server], milliseconds: 60_000)
    // Nothing for a minute: the test is over.
    if ready.isEmpty { return .end(.reset) }
    // What the server said first is passed on first: its end may stand behind it.
    if ready.contains(server) {
      let bytes = Sockets.receive(from: server)
      return bytes.isEmpty ? .end(.orderly) : passBack(bytes)
    }
    let bytes = Sockets.receive(from: client)
    return bytes.isEmpty ? .end(.orderly) : passOn(bytes)
  }

  private mutating func passOn(_ bytes: [UInt8]) -> Step {
    var bytes = bytes
    defer { asked += bytes.count }
    switch fault {
    case .delayed(let milliseconds) where asked == 0: usleep(UInt32(milliseconds) * 1_000)
    case .requestGarbled(let place, let bits) where bytes.indices.contains(place - asked): bytes[place - asked] ^= bits
    case .requestCut(let limit, let ending) where asked + bytes.count >= limit:
      bytes = Array(bytes.prefix(max(0, limit - asked)))
      request.add(bytes)
      _ = Sockets.send(bytes, to: server)
      return .end(ending)
    case .replaced(let answer, let isPassedOn):
      request.add(bytes)
      if isPassedOn { _ = Sockets.send(bytes, to: server) }
      guard request.isWaiting else { return .goOn }
      return replace(answer, isPassedOn)
    default: break
    }
    request.add(bytes)
    return Sockets.send(bytes, to: server) ? .goOn : .end(.orderly)
  }

  private mutating func replace(_ answer: [UInt8], _ isPassedOn: Bool) -> Step {
    if isPassedOn {
      seeTheServerOff()
    }
    request.answered()
    _ = Sockets.send(answer, to: client)
    return .end(.orderly)
  }

  private mutating func passBack(_ bytes: [UInt8]) -> Step {
    request.answered()
    var bytes = bytes
    defer { answered += bytes.count }
    switch fault {
    case .trickling:
      return bytes.allSatisfy { Sockets.send([$0], to: client) } ? .goOn : .end(.orderly)
    case .answerCut(let limit, let ending) where answered + bytes.count >= limit:
      _ = Sockets.send(bytes.prefix(max(0, limit - answered)), to: client)
      return .end(ending)
    case .stalled(let limit) where answered + bytes.count >= limit:
      _ = Sockets.send(bytes.prefix(max(0, limit - answered)), to: client)
      // Whatever it still says is heard and not answered, until it goes.
      while !Sockets.receive(from: client).isEmpty {}
      return .end(.orderly)
    case .answerGarbled(let place, let bits) where bytes.indices.contains(place - answered):
      bytes[place - answered] ^= bits
    case .answerRepeated(let limit, let last):
      bytes = repeated(bytes, after: limit, last)
    case .chunksRepeated: bytes = chunks?.add(bytes) ?? bytes
    default: break
    }
    return Sockets.send(bytes, to: client) ? .goOn : .end(.orderly)
  }

  private mutating func repeated(_ bytes: [UInt8], after limit: Int, _ last: Int) -> [UInt8] {
    let before = answer.count
    answer += bytes
    guard before < limit, answer.count >= limit else { return bytes }
    let piece = answer[max(0, limit - last)..<limit]
    return Array(answer[before..<limit] + piece + answer[limit...])
  }
}

/// Finds out where requests end, which carry the length of their body if they have one.
struct MessageMeter {
  private var bytes: [UInt8] = []
  /// Whether a whole request has gone by that has not been answered.
  private(set) var isWaiting = false

  mutating func add(_ more: [UInt8]) {
    bytes += more
    while let end = Self.end(of: bytes) {
      bytes.removeFirst(end)
      isWaiting = true
    }
  }

  mutating func answered() { isWaiting = false }

  private static func end(of bytes: [UInt8]) -> Int? {
    guard let head = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else { return nil }
    let lines = String(decoding: bytes[..<head], as: UTF8.self).lowercased().split(separator: "\r\n")
    let length = lines.first { $0.hasPrefix("content-length:") }?.dropFirst(15).filter { $0 != " " }
    let end = head + 4 + (length.flatMap { Int($0) } ?? 0)
    return end <= bytes.count ? end : nil
  }
}

/// Sends chunks of a stream once more, some time after they came first.
struct ChunkRepeater {
  private var dice: Dice
  private var bytes: [UInt8] = []
  private var isInBody = false
  private var seen: [[UInt8]] = []

  init(seed: UInt64) { dice = Dice(seed: seed) }

  /// What is passed on for `more`: all that is complete, with repetitions between.
  mutating func add(_ more: [UInt8]) -> [UInt8] {
    bytes += more
    var result: [UInt8] = []
    if !isInBody {
      guard let head = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else { return [] }
      result += bytes[..<(head + 4)]
      bytes.removeFirst(head + 4)
      isInBody = true
    }
    while let chunk = nextChunk() {
      result += chunk
      // The last, empty one is the end.
      guard chunk.first != UInt8(ascii: "0") else { continue }
      seen.append(chunk)
      while dice.chance(3) { result += seen.randomElement(using: &dice) ?? [] }
    }
    return result
  }

  private mutating func nextChunk() -> [UInt8]? {
    guard let line = bytes.indices.dropLast().first(where: { bytes[$0] == 13 && bytes[$0 + 1] == 10 }),
      let size = Int(String(decoding: bytes[..<line], as: UTF8.self), radix: 16), line + 2 + size + 2 <= bytes.count
    else { return nil }
    defer { bytes.removeFirst(line + 2 + size + 2) }
    return Array(bytes[..<(line + 2 + size + 2)])
  }
}
