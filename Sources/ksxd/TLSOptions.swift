import ArgumentParser
import HTTPServer

/// How a port is encrypted, and which certificates of clients are taken.
struct TLSOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Certificate chain of the port, PEM.", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("Key of the certificate, PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "Authorities, PEM, whose certificates make users of clients: CN is the user, O a group.", valueName: "file"))
  var clientCaFile: String?

  /// Whether none of them is given.
  var isEmpty: Bool { [tlsCert, tlsKey, clientCaFile].allSatisfy { $0 == nil } }

  /// What the port shows; `nil` if it is not encrypted.
  func certificate() throws -> Listener.Certificate? {
    try Listener.Certificate(tlsCert, tlsKey, clients: clientCaFile)
  }
}
