import Client
import Glibc
import HTTP

/// What a proxy does with bytes.
enum Tunnel {
  /// Carries bytes both ways until one side is closed, and closes `other`.
  static func join(_ one: Int32, _ other: Int32) {
    defer { close(other) }
    var polls = [
      pollfd(fd: one, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&polls, 2, -1) > 0 {
      if polls[0].revents != 0, !carry(from: one, to: other) { return }
      if polls[1].revents != 0, !carry(from: other, to: one) { return }
    }
  }

  private static func carry(from source: Int32, to target: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = recv(source, &buffer, buffer.count, 0)
    return count > 0 && send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count
  }

  /// What a client that speaks SOCKS 5 (RFC 1928) asks for, as a request; `nil` when it speaks HTTP.
  ///
  /// No credentials are asked for, and every request is granted.
  static func socksRequest(on descriptor: Int32) -> LoopbackServer.Received? {
    var first: UInt8 = 0
    guard recv(descriptor, &first, 1, Int32(MSG_PEEK)) == 1, first == 5 else { return nil }
    let greeting = read(2, from: descriptor)
    _ = read(Int(greeting[1]), from: descriptor)
    answer([5, 0], on: descriptor)
    // Version, command, nothing, and the kind of address: here IPv4 or a name.
    let head = read(4, from: descriptor)
    guard head.prefix(3) == [5, 1, 0], [1, 3].contains(head[3]) else { return nil }
    let isName = head[3] == 3
    let host = read(isName ? Int(read(1, from: descriptor)[0]) : 4, from: descriptor)
    let port = read(2, from: descriptor)
    answer([5, 0, 0, 1, 0, 0, 0, 0, 0, 0], on: descriptor)
    let name = isName ? String(decoding: host, as: UTF8.self) : host.map(String.init).joined(separator: ".")
    let target = "\(name):\(Int(port[0]) << 8 | Int(port[1]))"
    return LoopbackServer.Received(method: "SOCKS5", target: target, headers: [:], body: "")
  }

  private static func read(_ count: Int, from descriptor: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    return recv(descriptor, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : bytes.map { _ in 0 }
  }

  private static func answer(_ bytes: [UInt8], on descriptor: Int32) {
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
