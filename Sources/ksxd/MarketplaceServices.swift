import Charts
import Extensions
import GatewayServer
import HTTP
import HTTPServer

/// The server behind the built-in marketplace's Services, on a port of this machine that the gateway alone is told of.
struct MarketplaceServices {
  private let server: Server

  static func start() async throws(ServerError) -> MarketplaceServices {
    MarketplaceServices(
      server: try await Server.start(
        CatalogueServices(), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)]))
  }

  /// `settings` with the built-in marketplace's Services found here.
  func served(in settings: GatewaySettings) -> GatewaySettings {
    var settings = settings
    let (others, own) = (settings.address, ServerAddress(server.addresses[0]))
    settings.address = { service in
      others(service) ?? (CatalogueServices.hasService(service.name) ? own : nil)
    }
    return settings
  }

  func stop() async { await server.stop(grace: .zero) }
}
