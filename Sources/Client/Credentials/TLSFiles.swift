import Platform

/// The certificate and key files of a connection, read again after another program has renewed them.
///
/// `stat` checks for changes before every request, which costs less than reading the files. Half-written files
/// are not used: a file without a final END line is rejected at once, and a certificate that does not match its
/// key when TLS reports it. Until the files change again, the last ones that worked stay in use.
package final class TLSFiles: Sendable {
  /// The path of each file; `nil` if the value does not come from a file, and so never changes.
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
    /// The settings before `current`, kept until a connection with `current` has worked.
    var previous: Connection.TLS?
    /// Why the present content of the files is not in use.
    var problem: String?
  }

  private let paths: Paths
  private let state: Locked<State>

  package init(_ paths: Paths) {
    self.paths = paths
    state = Locked(State(stamps: Self.stamps(paths)))
  }

  /// `tls` with the present content of the files.
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

  /// A warning for the user: the content of the files has changed, but is not used.
  var problem: String? { state.withLock { $0.problem } }

  /// Notes that a connection was made with `tls`.
  func note(worked tls: Connection.TLS) {
    state.withLock { if $0.current == tls { $0.previous = nil } }
  }

  /// The settings to fall back to because `tls` cannot be used; `nil` if there are none.
  func previous(insteadOf tls: Connection.TLS) -> Connection.TLS? {
    state.withLock { state in
      // Another request may have failed in the same way and already fallen back.
      guard state.current == tls else { return state.current }
      guard let previous = state.previous else { return nil }
      state.current = previous
      state.previous = nil
      return previous
    }
  }

  /// `nil` if a file cannot be read or has no final END line; the next request then tries again.
  private func read(over tls: Connection.TLS) -> Connection.TLS? {
    var tls = tls
    let fields: [(String?, WritableKeyPath<Connection.TLS, [UInt8]?>)] = [
      (paths.authority, \.authority), (paths.clientCertificate, \.clientCertificate), (paths.clientKey, \.clientKey),
    ]
    for case (let path?, let field) in fields {
      guard let bytes = try? Files.read(path, limit: 16 << 20),
        String(decoding: bytes, as: UTF8.self).trimmed().hasSuffix("-----")
      else { return nil }
      tls[keyPath: field] = field == \.authority ? AuthorityBundle.readable(bytes) : bytes
    }
    return tls
  }

  private static func stamps(_ paths: Paths) -> [FileStamp?] {
    [paths.authority, paths.clientCertificate, paths.clientKey].map { $0.flatMap { FileStamp($0) } }
  }
}
