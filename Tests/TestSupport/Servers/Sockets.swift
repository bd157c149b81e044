import Glibc

/// Where something listens.
package enum Place: Hashable, Sendable {
  /// On a port of 127.0.0.1.
  case port(UInt16)
  /// On a unix socket.
  case path(String)
}

/// Plain sockets of this machine.
enum Sockets {
  static func listen(at path: String?) -> (descriptor: Int32, place: Place) {
    let place = path.map(Place.path) ?? .port(0)
    let descriptor = open(place)
    let code = withAddress(place) { bind(descriptor, $0, $1) }
    precondition(code == 0 && Glibc.listen(descriptor, 128) == 0, "cannot listen: \(errno)")
    if case .path = place { return (descriptor, place) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
    }
    return (descriptor, .port(UInt16(bigEndian: address.sin_port)))
  }

  /// A connection to `place`, or -1.
  static func connect(to place: Place) -> Int32 {
    let descriptor = open(place)
    if withAddress(place, { Glibc.connect(descriptor, $0, $1) }) == 0 { return descriptor }
    Glibc.close(descriptor)
    return -1
  }

  private static func open(_ place: Place) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    if case .path = place { return socket(AF_UNIX, type, 0) }
    let descriptor = socket(AF_INET, type, 0)
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    return descriptor
  }

  private static func withAddress(_ place: Place, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    switch place {
    case .port(let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    case .path(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    }
  }

  /// False when the other side is gone.
  static func send(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
    let bytes = Array(bytes)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// What has come, empty at the end.
  static func receive(from descriptor: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      return count > 0 ? Array(buffer[..<count]) : []
    }
  }

  /// Waits until something can be read from one of them, and says from which.
  static func wait(for descriptors: [Int32], milliseconds: Int32) -> Set<Int32> {
    var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polls, nfds_t(polls.count), milliseconds)
    return Set(polls.filter { $0.revents != 0 }.map(\.fd))
  }

  static func close(_ descriptor: Int32, _ ending: Fault.Ending) {
    if ending == .reset {
      var setting = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &setting, socklen_t(MemoryLayout<linger>.size))
    }
    Glibc.close(descriptor)
  }

}
