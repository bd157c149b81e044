package import Client
import Extensions
package import HTTP
package import KubernetesAPI
import Platform

/// Relays requests to a Kubernetes API server on behalf of their callers, including watches and upgrades.
///
/// The gateway's credential may impersonate users; the API server authorizes each caller.
package struct KubernetesRelay: CallerHandler {
  private let connection: Client.Connection
  private let address: ServerAddress
  private let pools: UpstreamPools
  private let uids: UIDRight

  /// `nil` if the server of `connection` has no network address; `report` is called with the rights that the gateway
  /// lacks.
  package init?(
    _ connection: Client.Connection, settings: UpstreamSettings = UpstreamSettings(),
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    guard let address = ServerAddress(connection.server), address.scheme != .unix else { return nil }
    self.connection = connection
    self.address = address
    uids = UIDRight(in: Cluster(transport: CurlTransport(connection)), report: report)
    var settings = settings
    settings.addresses = AddressRules(allowsLoopback: true, allowsLinkLocal: true)
    pools = UpstreamPools(settings)
  }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    await respond(to: request, from: caller, isMember: false)
  }

  /// With `isMember`, a 401 becomes 511, because the member refuses the gateway and not the caller.
  func respond(to request: IncomingRequest, from caller: Caller, isMember: Bool) async -> HTTPResponse {
    let credential: Credential
    do throws(TransportError) {
      credential = try await connection.credentials?.credential(insteadOf: nil) ?? Credential()
    } catch {
      return HTTPResponse.badGateway(
        "Error while proxying request: the gateway has no credential", code: 502, reason: "Bad Gateway")
    }
    let includesUID = caller.user.uid.isEmpty ? false : await uids.isHeld()
    var sent = UpstreamRequest(toAPI: request.head, by: caller.user, includesUID: includesUID)
    sent.target = address.path + request.head.target
    sent.isUnauthorizedAboutGateway = isMember
    for field in credential.headers.fields { sent.headers.add(field.name, field.value) }
    var upstream = UpstreamAddress(address, sent.endpoint)
    if address.scheme == .https {
      let tls = connection.tlsFiles?.renewed(connection.tls) ?? connection.tls
      upstream.trust = UpstreamAddress.Trust(
        authorities: tls.authority ?? [], isInsecure: !tls.isVerified,
        certificate: credential.clientCertificate ?? tls.clientCertificate ?? [],
        key: credential.clientKey ?? tls.clientKey ?? [])
      if let name = tls.serverName { upstream.name = name }
    }
    return UpstreamRelay(sent, to: upstream, for: request, pools) { _ in }.response
  }
}
