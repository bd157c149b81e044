import Client
import Glibc
import Platform
import Testing

/// A certificate with its key, signed by itself, and the files they lie in.
package struct TestCertificate: Sendable {
  /// The certificate as PEM.
  package let certificate: [UInt8]
  /// Its key as PEM.
  package let key: [UInt8]
  /// The file of the certificate.
  package let certificatePath: String
  /// The file of the key.
  package let keyPath: String

  /// Whether openssl is there to make one.
  package static let isAvailable = Environment.current.locate("openssl") != nil

  /// Makes one in `folder` for the subject alternative name `name`, such as `IP:127.0.0.1`.
  package init(in folder: String, name: String = "IP:127.0.0.1") async throws {
    let number = UInt32.random(in: 0 ... .max)
    (certificatePath, keyPath) = ("\(folder)/\(number).crt", "\(folder)/\(number).key")
    let arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=\(number)", "-addext", "subjectAltName=\(name)", "-keyout", keyPath, "-out", certificatePath,
    ]
    let outcome = try await ChildProcess(arguments).run()
    try #require(outcome.hasSucceeded, "\(outcome.errorText)")
    (certificate, key) = (try Files.read(certificatePath), try Files.read(keyPath))
  }

  private static let folder: TemporaryFolder = {
    atexit { TestCertificate.folder.remove() }
    return TemporaryFolder()
  }()
  private static let made = Task { try await TestCertificate(in: folder.path) }

  /// One for this machine, made once for all tests of the process.
  package static var shared: TestCertificate {
    get async throws { try await made.value }
  }
}
