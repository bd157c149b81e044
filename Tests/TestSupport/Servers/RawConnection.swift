import Glibc

/// A connection to a server that says exactly what it is told to.
package final class RawConnection {
  private let descriptor: Int32

  /// A connection to the unix socket at `path`.
  package init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else { throw Refused(code: errno) }
  }

  /// A connection to `port` of this machine.
  package init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw Refused(code: errno) }
  }

  /// The port of this end.
  package var port: UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Says what is more than the kernel's buffers hold, while the server reads or hangs up.
  package func say(all text: String) async {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      // Not blocking: the handler under test runs on the same few threads.
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        try? await Task.sleep(for: .milliseconds(1))
      } else {
        return
      }
    }
  }

  /// Sends up to `count` bytes; how many were taken before the other side took none for a second.
  package func push(_ count: Int) async -> Int {
    let bytes = [UInt8](repeating: 120, count: 65_536)
    var (sent, last) = (0, ContinuousClock.now)
    while sent < count, ContinuousClock.now - last < .seconds(1) {
      let taken = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      if taken > 0 { (sent, last) = (sent + taken, .now) } else { try? await Task.sleep(for: .milliseconds(1)) }
    }
    return sent
  }

  deinit { close(descriptor) }

  /// Why there is no connection.
  package struct Refused: Error {
    package var code: Int32
  }

  /// Says `text`.
  package func say(_ text: String) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// What is heard until `end` has been, or until the other side hangs up; at most for ten seconds.
  package func hear(until end: String? = nil) async -> String {
    var heard: [UInt8] = []
    let deadline = ContinuousClock.now + .seconds(60 * TestTimeout.factor)
    while ContinuousClock.now < deadline {
      let text = String(decoding: heard, as: UTF8.self)
      if let end, text.utf8.count >= end.utf8.count, text.contains(end) { return text }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      if count == 0 { return text }
      if count > 0 { heard += bytes[..<count] }
      // Not blocking: the server under test runs on the same few threads.
      if count < 0 { try? await Task.sleep(for: .milliseconds(1)) }
    }
    return String(decoding: heard, as: UTF8.self)
  }
}
