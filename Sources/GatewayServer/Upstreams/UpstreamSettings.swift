import NIOCore
import NIOPosix
import NIOSSL
import Platform

/// What connections to upstreams are bounded by.
package struct UpstreamSettings: Hashable, Sendable {
  package var connectTimeout = Duration.seconds(10)
  /// From the end of a request to the head of its answer.
  package var answerTimeout = Duration.seconds(120)
  /// How long a connection is kept without a request; servers keep them longer, so that they seldom end it first.
  package var idleTimeout = Duration.seconds(4)
  /// Connections of one event loop to one upstream that are kept.
  package var idleConnections = 256
  package var addresses = AddressRules()

  package init() {}
}

/// TLS for upstreams: one context for each set of authorities.
final class TrustStore: Sendable {
  private static let most = 1_000
  private let contexts = Locked<[UpstreamAddress.Trust: NIOSSLContext]>([:])

  func context(for trust: UpstreamAddress.Trust) throws(UpstreamFailure) -> NIOSSLContext {
    if let known = contexts.withLock({ $0[trust] }) { return known }
    let made: NIOSSLContext
    do {
      made = try Self.make(trust)
    } catch {
      throw .failed("tls: the authorities cannot be read: \(error)")
    }
    contexts.withLock { contexts in
      if contexts.count >= Self.most { contexts = [:] }
      contexts[trust] = made
    }
    return made
  }

  private static func make(_ trust: UpstreamAddress.Trust) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.applicationProtocols = ["http/1.1"]
    if trust.isInsecure { configuration.certificateVerification = .none }
    if !trust.authorities.isEmpty {
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(trust.authorities))
    }
    if !trust.certificate.isEmpty {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(trust.certificate).map { .certificate($0) }
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: trust.key, format: .pem))
    }
    return try NIOSSLContext(configuration: configuration)
  }
}
