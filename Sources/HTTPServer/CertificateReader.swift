import NIOSSL
import Platform

/// The TLS context of a port, read again after its files have changed.
///
/// The files are checked when a client connects, at most once a second. If the new files are unusable, that is reported
/// once and the previous context stays in use. Open connections keep theirs.
final class CertificateReader: Sendable {
  private struct State {
    var context: NIOSSLContext
    var stamps: [FileStamp?]
    var looked: ContinuousClock.Instant
  }

  private let files: Listener.Certificate
  private let report: @Sendable (String) -> Void
  private let now: @Sendable () -> ContinuousClock.Instant
  private let state: Locked<State>

  private static let pause = Duration.seconds(1)

  /// Reads `files`, and throws if they are unusable now; later errors are passed to `report`.
  init(
    _ files: Listener.Certificate, report: @escaping @Sendable (String) -> Void,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) throws(ServerError) {
    (self.files, self.report, self.now) = (files, report, now)
    // Taken before the files are read, so that a change in between is noticed.
    let stamps = Self.stamps(files)
    state = Locked(State(context: try Self.read(files), stamps: stamps, looked: now()))
  }

  /// The context for a new connection; checks the files if the last check is at least a second ago.
  var context: NIOSSLContext {
    let now = now()
    return state.withLock { state in
      guard now - state.looked >= Self.pause else { return state.context }
      state.looked = now
      let stamps = Self.stamps(files)
      guard stamps != state.stamps else { return state.context }
      state.stamps = stamps
      do throws(ServerError) {
        state.context = try Self.read(files)
      } catch {
        report("\(error); the certificate that was read before stays in use")
      }
      return state.context
    }
  }

  private static func stamps(_ files: Listener.Certificate) -> [FileStamp?] {
    [files.chainFile, files.keyFile, files.clientAuthorities].map { $0.flatMap { FileStamp($0) } }
  }

  private static func read(_ files: Listener.Certificate) throws(ServerError) -> NIOSSLContext {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(files.chainFile).map { NIOSSLCertificateSource.certificate($0) }
      guard !chain.isEmpty else { throw ServerError.badFile(files.chainFile, reason: "there is no certificate in it") }
      let key = try key(files.keyFile)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain, privateKey: .privateKey(key))
      if let file = files.clientAuthorities {
        configuration.trustRoots = .certificates(try authorities(file))
        // A certificate is optional, but one that a client presents must be valid.
        configuration.certificateVerification = .optionalVerification
      }
      configuration.applicationProtocols = ["h2", "http/1.1"]
      return try NIOSSLContext(configuration: configuration)
    } catch let error as ServerError {
      throw error
    } catch {
      let reason = "this is no certificate, or not that of the key in \(files.keyFile) (\(error))"
      throw .badFile(files.chainFile, reason: reason)
    }
  }

  private static func authorities(_ file: String) throws(ServerError) -> [NIOSSLCertificate] {
    let all: [NIOSSLCertificate]
    do {
      all = try NIOSSLCertificate.fromPEMFile(file)
    } catch {
      throw .badFile(file, reason: "these are no certificates in PEM (\(error))")
    }
    // Without any authority, NIO would refuse every client, or trust every authority of the system.
    guard !all.isEmpty else { throw .badFile(file, reason: "there is no certificate in it") }
    return all
  }

  private static func key(_ file: String) throws(ServerError) -> NIOSSLPrivateKey {
    do {
      return try NIOSSLPrivateKey(file: file, format: .pem)
    } catch {
      let text = (try? Files.text(file, limit: 1 << 20)) ?? ""
      let isEncrypted = text.containsText("ENCRYPTED")
      throw .badFile(
        file, reason: isEncrypted ? "the key is encrypted, and ksxd asks for no passphrase" : "this is no key in PEM")
    }
  }
}
