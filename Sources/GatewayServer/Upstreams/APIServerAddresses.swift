package import Client
package import HTTP
import KubernetesAPI
import Manifest
import NIOCore
import Platform

/// The addresses of the Kubernetes API server behind a gateway, to which no object may lead.
///
/// They are those of the name that the gateway itself uses, of the Service `default/kubernetes` and of the servers behind
/// it. All may change while the gateway runs, so they are looked up again and again.
package final class APIServerAddresses: Sendable {
  private static let interval = Duration.seconds(30)
  /// How long an address counts after it was last found: a name with several may not give all of them each time.
  private static let lifetime = Duration.seconds(600)

  /// When each was last found.
  private let found: Locked<[String: Duration]>
  private let isReported = Locked(false)

  /// `addresses` have ports, and IPv6 addresses are in brackets.
  package init(_ addresses: Set<String> = []) {
    found = Locked(Dictionary(uniqueKeysWithValues: addresses.map { ($0, .zero) }))
  }

  func contains(_ address: String) -> Bool { found.withLock { $0[address] != nil } }

  /// Where the addresses are found.
  package struct Origin: Sendable {
    var server: ServerAddress?
    var cluster: Cluster
    var lookUp: @Sendable (_ host: String, _ port: Int) async -> Set<String> = { await HostAddresses.of($0, port: $1) }
    var report: @Sendable (String) -> Void

    package init(_ server: ServerAddress?, in cluster: Cluster, report: @escaping @Sendable (String) -> Void) {
      self.server = server
      self.cluster = cluster
      self.cluster.readAttempts = 1
      self.report = report
    }
  }

  /// Looks the addresses up again until the task is cancelled.
  package func run(_ origin: Origin) async {
    while !Task.isCancelled {
      await origin.cluster.timing.sleep(Self.interval)
      await review(origin)
    }
  }

  /// Looks the addresses up; what cannot be read now leaves those that are known.
  package func review(_ origin: Origin) async {
    var current: Set<String> = []
    if let server = origin.server { current = await origin.lookUp(server.host, server.port) }
    let isNamed = !current.isEmpty
    var isRead = true
    do throws(ClusterError) {
      current.formUnion(try await Self.published(in: origin.cluster))
    } catch {
      isRead = false
      if case .refused(let status) = error, status.isForbidden { reportMissingRight(origin) }
    }
    let now = origin.cluster.timing.now()
    found.withLock { found in
      for address in current { found[address] = now }
      if isNamed, isRead { found = found.filter { now - $0.value < Self.lifetime } }
    }
  }

  private func reportMissingRight(_ origin: Origin) {
    let isNews = isReported.withLock { isReported in
      defer { isReported = true }
      return !isReported
    }
    guard isNews else { return }
    origin.report(
      "the gateway may not read the Service and the EndpointSlice default/kubernetes: an object may lead to an API "
        + "server whose address is not that of the kubeconfig")
  }

  private static let services = Resource(
    group: "", version: "v1", plural: "services", kind: "Service", isNamespaced: true)
  private static let slices = Resource(
    group: "discovery.k8s.io", version: "v1", plural: "endpointslices", kind: "EndpointSlice", isNamespaced: true)
  private static let endpoints = Resource(
    group: "", version: "v1", plural: "endpoints", kind: "Endpoints", isNamespaced: true)

  /// The addresses that API servers publish about themselves.
  private static func published(in cluster: Cluster) async throws(ClusterError) -> Set<String> {
    var found: Set<String> = []
    if let service = try await object(services, in: cluster) {
      let ips = service.spec["clusterIPs"]?.sequence ?? [service.spec["clusterIP"] ?? .null]
      found.formUnion(addresses(ips, service.spec["ports"]))
    }
    if let slice = try await object(slices, in: cluster) {
      let ips = (slice.value["endpoints"]?.sequence ?? []).flatMap { $0["addresses"]?.sequence ?? [] }
      return found.union(addresses(ips, slice.value["ports"]))
    }
    // Kubernetes before 1.21 has only Endpoints in this version.
    for subset in try await object(endpoints, in: cluster)?.value["subsets"]?.sequence ?? [] {
      let all = ["addresses", "notReadyAddresses"].flatMap { subset[$0]?.sequence ?? [] }
      found.formUnion(addresses(all.compactMap { $0["ip"] }, subset["ports"]))
    }
    return found
  }

  /// `nil` if it is not there.
  private static func object(_ resource: Resource, in cluster: Cluster) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await cluster.get(resource, namespace: "default", "kubernetes")
    } catch {
      guard case .refused(let status) = error, status.isNotFound else { throw error }
      return nil
    }
  }

  private static func addresses(_ ips: [Value], _ ports: Value?) -> Set<String> {
    let numbers = (ports?.sequence ?? []).compactMap { $0["port"]?.integer }
    var found: Set<String> = []
    for ip in ips.compactMap(\.string) {
      for port in numbers {
        // In the system's spelling, because addresses are compared as texts.
        guard let known = try? SocketAddress(ipAddress: ip, port: port), let text = known.ipAddress else { continue }
        found.insert(text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)")
      }
    }
    return found
  }
}
