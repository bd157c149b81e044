import NIOCore
import NIOPosix
import NIOSSL
import Platform

/// Limits and timeouts of connections to upstreams.
package struct UpstreamSettings: Sendable {
  package var connectTimeout = Duration.seconds(10)
  /// From the end of a request to the head of its response.
  package var answerTimeout = Duration.seconds(120)
  /// How long an upstream may take no bytes of a tunnel.
  package var stall = Duration.seconds(60)
  /// How long an idle connection is kept; servers keep theirs longer, so that they rarely close it first.
  package var idleTimeout = Duration.seconds(4)
  /// Idle connections to one upstream on one event loop.
  package var idleConnections = 256
  package var addresses = AddressRules()

  package init() {}
}

/// TLS contexts for upstreams, one for each combination of trust and HTTP versions.
final class TrustStore: Sendable {
  private static let maximum = 1_000
  private let contexts = Locked<[Key: NIOSSLContext]>([:])

  private struct Key: Hashable {
    var trust: UpstreamAddress.Trust
    var isHTTP1Only: Bool
  }

  /// `nil` if `address` is plain HTTP.
  func context(for address: UpstreamAddress) throws(UpstreamFailure) -> NIOSSLContext? {
    guard let trust = address.trust else { return nil }
    let key = Key(trust: trust, isHTTP1Only: address.isHTTP1Only)
    if let known = contexts.withLock({ $0[key] }) { return known }
    let context: NIOSSLContext
    do {
      context = try Self.make(key)
    } catch {
      throw .failed("tls: the authorities cannot be read: \(error)")
    }
    contexts.withLock { contexts in
      if contexts.count >= Self.maximum { contexts = [:] }
      contexts[key] = context
    }
    return context
  }

  private static func make(_ key: Key) throws -> NIOSSLContext {
    let trust = key.trust
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.applicationProtocols = key.isHTTP1Only ? ["http/1.1"] : ["h2", "http/1.1"]
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
