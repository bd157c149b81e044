import Glibc

/// A port of this machine that nothing listened on a moment ago, for programs that cannot choose one themselves.
package func freePort() -> Int {
  let (descriptor, place) = Sockets.listen(at: nil)
  defer { close(descriptor) }
  guard case .port(let port) = place else { fatalError("a port was asked for") }
  return Int(port)
}
