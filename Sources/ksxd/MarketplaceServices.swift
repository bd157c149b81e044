import Charts
import Extensions
import GatewayServer
import HTTP
import HTTPServer
import Platform

/// The servers of the built-in marketplace's Services, on local ports that only the gateway knows.
struct MarketplaceServices {
  private let server: Server
  /// A TLS server with an invalid certificate.
  private let untrusted: Server

  /// Starts the servers; `folder` is for their files.
  static func start(in folder: String) async throws -> MarketplaceServices {
    let file = folder + "/untrusted.pem"
    try Files.write(Array(UntrustedCertificate.pem.utf8), to: file)
    let server = try await start(nil)
    do {
      return MarketplaceServices(
        server: server, untrusted: try await start(Listener.Certificate(chainFile: file, keyFile: file)))
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
  }

  private static func start(_ certificate: Listener.Certificate?) async throws(ServerError) -> Server {
    try await Server.start(CatalogueServices(), on: [.port(host: "127.0.0.1", port: 0, certificate: certificate)])
  }

  /// `settings` with the addresses of the built-in marketplace's Services.
  func served(in settings: GatewaySettings) -> GatewaySettings {
    var settings = settings
    let others = settings.address
    let (own, untrusted) = (ServerAddress(server.addresses[0]), ServerAddress(untrusted.addresses[0]))
    settings.address = { service in
      if let known = others(service) { return known }
      if CatalogueServices.hasUntrustedService(service.name) { return untrusted }
      return CatalogueServices.hasService(service.name) ? own : nil
    }
    return settings
  }

  func stop() async {
    await server.stop(grace: .zero)
    await untrusted.stop(grace: .zero)
  }
}
