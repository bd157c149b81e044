package import HTTP
import Platform

/// What authenticates a request: header fields, or a client certificate.
package struct Credential: Hashable, Sendable {
  /// Fields such as `Authorization` and `Impersonate-User`.
  package var headers: HTTPHeaders
  /// Certificate and key (PEM) that replace those of the connection.
  package var clientCertificate: [UInt8]?
  package var clientKey: [UInt8]?

  package init(headers: HTTPHeaders = [:], clientCertificate: [UInt8]? = nil, clientKey: [UInt8]? = nil) {
    self.headers = headers
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
  }

  package static func bearer(_ token: String) -> Credential {
    Credential(headers: ["Authorization": "Bearer \(token)"])
  }

  package static func basic(_ user: String, _ password: String) -> Credential {
    Credential(headers: ["Authorization": "Basic " + Base64.encode(Array("\(user):\(password)".utf8))])
  }

  /// Texts that must not appear in anything a user reads.
  var secrets: [String] { headers.fields.flatMap(\.secrets) }
}

/// Where a credential comes from: a text, a file that is read again, a plugin that is run.
package protocol CredentialSource: Sendable {
  /// The credential to use now.
  ///
  /// `rejected` is a credential that the server has just refused with 401. A source that can get a
  /// different one returns it; any other source returns the same one again.
  func credential(insteadOf rejected: Credential?) async throws(TransportError) -> Credential
}

/// A credential that never changes: a token, a user name and password.
package struct FixedCredential: CredentialSource {
  package var credential: Credential

  package init(_ credential: Credential) { self.credential = credential }

  package func credential(insteadOf rejected: Credential?) -> Credential { credential }
}

/// Descriptions and dumps do not show the credential.
extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    let names = headers.fields.map(\.name) + (clientCertificate == nil ? [] : ["a client certificate"])
    return names.isEmpty ? "no credential" : "a credential (\(names.joined(separator: ", ")))"
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
