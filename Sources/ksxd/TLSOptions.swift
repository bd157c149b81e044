import ArgumentParser
import HTTPServer

/// TLS of a port, and the authorities of client certificates.
struct TLSOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Certificate chain of the port, PEM.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("Key of the certificate, PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "Authorities, PEM, whose certificates make users of clients: CN is the user, O a group.", valueName: "file"))
  var clientCaFile: String?

  /// Whether no option is given.
  var isEmpty: Bool { [tlsCert, tlsKey, clientCaFile].allSatisfy { $0 == nil } }

  /// The certificate of the port; `nil` without TLS.
  func certificate() throws -> Listener.Certificate? {
    try Listener.Certificate(tlsCert, tlsKey, clients: clientCaFile)
  }
}
