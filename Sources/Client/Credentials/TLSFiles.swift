import Platform

/// The files of a connection's certificates, read again when another program has renewed them.
///
/// They are looked at before every request, which costs less than reading them. What is half written is not
/// taken: a file without its end at once, and a certificate that does not go with its key as soon as TLS says
/// so; until the files change again the last ones that worked serve.
package final class TLSFiles: Sendable {
  /// Where each lies; `nil` for what is not a file, and stays.
  package struct Paths: Hashable, Sendable {
    package var authority: String?
    package var clientCertificate: String?
    package var clientKey: String?

    package init() {}
  }

  private struct State {
    var stamps: [FileStamp?]
    /// What has changed since the connection was resolved.
    var current: Connection.TLS?
    /// What was in use before that, and is not forgotten until the new has worked.
    var previous: Connection.TLS?
    /// Why what the files hold now is not in use.
    var problem: String?
  }

  private let paths: Paths
  private let state: Locked<State>

  package init(_ paths: Paths) {
    self.paths = paths
    state = Locked(State(stamps: Self.stamps(paths)))
  }

  /// `tls` with what the files hold now.
  package func renewed(_ tls: Connection.TLS) -> Connection.TLS {
    let stamps = Self.stamps(paths)
    return state.withLock { state in
      let present = state.current ?? tls
      guard stamps != state.stamps, let read = read(over: present) else { return present }
      state.stamps = stamps
      if let path = paths.clientKey, let key = read.clientKey, PEM(key).hasEncryptedKey {
        state.problem = "the client key in \(path) is encrypted now; the one from before stays in use"
        return present
      }
      state.problem = nil
      guard read != present else { return present }
      state.previous = state.previous ?? present
      state.current = read
      return read
    }
  }

  /// What a user must know of the files: that they hold something which is not taken.
  var problem: String? { state.withLock { $0.problem } }

  /// Notes that a connection was made with `tls`.
  func note(worked tls: Connection.TLS) {
    state.withLock { if $0.current == tls { $0.previous = nil } }
  }

  /// What to go back to because `tls` cannot be used, or `nil` when there is nothing else.
  func previous(insteadOf tls: Connection.TLS) -> Connection.TLS? {
    state.withLock { state in
      // Another request may have found the same, and gone back already.
      guard state.current == tls else { return state.current }
      guard let previous = state.previous else { return nil }
      state.current = previous
      state.previous = nil
      return previous
    }
  }

  /// `nil` when a file cannot be read or is no whole PEM; then it is looked at again the next time.
  private func read(over tls: Connection.TLS) -> Connection.TLS? {
    var tls = tls
    let places: [(String?, WritableKeyPath<Connection.TLS, [UInt8]?>)] = [
      (paths.authority, \.authority), (paths.clientCertificate, \.clientCertificate), (paths.clientKey, \.clientKey),
    ]
    for case (let path?, let place) in places {
      guard let bytes = try? Files.read(path, limit: 16 << 20),
        String(decoding: bytes, as: UTF8.self).trimmed().hasSuffix("-----")
      else { return nil }
      tls[keyPath: place] = place == \.authority ? AuthorityBundle.readable(bytes) : bytes
    }
    return tls
  }

  private static func stamps(_ paths: Paths) -> [FileStamp?] {
    [paths.authority, paths.clientCertificate, paths.clientKey].map { $0.flatMap { FileStamp($0) } }
  }
}
