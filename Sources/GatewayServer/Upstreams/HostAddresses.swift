import Glibc
import NIOPosix

/// The addresses that a host name resolves to now.
package enum HostAddresses {
  /// As `ADDRESS:PORT`, with an IPv6 address in brackets; empty if the name cannot be resolved.
  package static func of(_ host: String, port: Int) async -> Set<String> {
    // The resolver blocks its thread, for long if no DNS server answers.
    (try? await NIOThreadPool.singleton.runIfActive { lookedUp(host, port: port) }) ?? []
  }

  private static func lookedUp(_ host: String, port: Int) -> Set<String> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
    defer { freeaddrinfo(first) }
    var found: Set<String> = []
    var entry = first
    while let current = entry?.pointee {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(
        current.ai_addr, current.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      {
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        found.insert(name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)")
      }
      entry = current.ai_next
    }
    return found
  }
}
