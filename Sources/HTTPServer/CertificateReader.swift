import NIOSSL
import Platform

/// What a port shows its clients, and whose certificates it takes: read again when the files have changed, which is looked at
/// once a second at most, when a client comes.
///
/// What is wrong then is reported once, and what was read before stays in use. Connections that are open keep theirs.
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

  /// Reads `files`, and throws for what is wrong with them now; later that is told to `report`.
  init(
    _ files: Listener.Certificate, report: @escaping @Sendable (String) -> Void,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) throws(ServerError) {
    (self.files, self.report, self.now) = (files, report, now)
    // Looked at before they are read: what changes in between is read once more.
    let stamps = Self.stamps(files)
    state = Locked(State(context: try Self.read(files), stamps: stamps, looked: now()))
  }

  /// What the files say now.
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
        // One that is shown must be good; a client without one is known by something else, or not at all.
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
    // Without one, every client would be refused, or every authority of the system believed.
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
