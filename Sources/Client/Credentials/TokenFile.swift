import Glibc
package import HTTP
import Platform

/// A token in a file that another program renews, as in every pod.
///
/// The file is read again after a minute, and at once after the server has refused the token.
package final class TokenFile: CredentialSource {
  private let path: String
  private let otherwise: String?
  private let cached = Locked<(credential: Credential, readAt: ContinuousClock.Instant)?>(nil)

  /// `token` is used while the file is unreadable or empty.
  package init(_ path: String, otherwise token: String? = nil) {
    self.path = path
    otherwise = token
  }

  package func credential(insteadOf rejected: Credential?) throws(TransportError) -> Credential {
    if let cached = cached.withLock({ $0 }), cached.credential != rejected,
      ContinuousClock.now - cached.readAt < .seconds(60)
    {
      return cached.credential
    }
    let credential = Credential.bearer(try read())
    cached.withLock { $0 = (credential, .now) }
    return credential
  }

  private func read() throws(TransportError) -> String {
    var token = ""
    do {
      token = try Files.text(path, limit: 1 << 20).trimmed()
    } catch {
      if otherwise == nil { throw .invalid(reason: "the token cannot be read: \(error)") }
    }
    if let flaw = InvalidHeaderCharacter(in: token) {
      throw .invalid(reason: "the token in the file \(path), line \(flaw.line), has \(flaw.words) in it")
    }
    if !token.isEmpty { return token }
    guard let otherwise else { throw .invalid(reason: "the token file \(path) \(emptiness)") }
    return otherwise
  }

  /// Why the file yields no token: bytes that are not UTF-8, such as a lone UTF-16 byte order mark, may decode to an
  /// empty text.
  private var emptiness: Sentence {
    let bytes = (try? Files.read(path, limit: 1 << 20)) ?? []
    return String(validating: bytes, as: UTF8.self) == nil ? "is no UTF-8 text" : "is empty"
  }
}

/// Adds the headers that ask the API server to impersonate another user.
package struct ImpersonatingCredential: CredentialSource {
  private let source: any CredentialSource
  private let headers: HTTPHeaders

  package init(_ source: any CredentialSource, _ headers: HTTPHeaders) {
    self.source = source
    self.headers = headers
  }

  package func credential(insteadOf rejected: Credential?) async throws(TransportError) -> Credential {
    let inner = rejected.map(without)
    var credential = try await source.credential(insteadOf: inner)
    for field in headers.fields { credential.headers.add(field.name, field.value) }
    return credential
  }

  /// The credential as the inner source returned it.
  private func without(_ credential: Credential) -> Credential {
    var credential = credential
    for field in headers.fields { credential.headers[field.name] = nil }
    return credential
  }
}
