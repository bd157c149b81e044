import Manifest
import Platform

extension CellFunctions {
  static let network: [String: CellFunction] = [
    "externalAddress": { externalAddress($0.object) },
    "servicePorts": { cell in (cell.first?.sequence ?? []).map(servicePort).joined(separator: ",") },
    "endpoints": { cell in endpoints(cell.first?.sequence ?? []) },
    "slicePorts": { cell in
      shortened((cell.first?.sequence ?? []).map { $0["port"].map(word) ?? $0["name"]?.string ?? "*" })
    },
    "loadBalancer": { cell in loadBalancer(cell.first?.sequence ?? []) },
    "ingressHosts": { cell in shortened(cell.values.joined().map(word).filter { !$0.isEmpty }) },
    "ingressPorts": { $0.object[path: "spec", "tls"]?.sequence?.isEmpty ?? true ? "80" : "80, 443" },
    "ingressParameters": { ingressParameters($0.object) },
    "apiService": { apiService($0.object) },
    "apiServiceAvailability": { apiServiceAvailability($0.object) },
  ]

  /// The external address of a Service.
  private static func externalAddress(_ service: Value) -> String {
    let spec = service["spec"] ?? [:]
    let external = (spec["externalIPs"]?.sequence ?? []).map(word).joined(separator: ",")
    switch spec["type"]?.string {
    case "ExternalName": return spec["externalName"]?.string ?? ""
    case "LoadBalancer":
      let given = loadBalancer(service[path: "status", "loadBalancer", "ingress"]?.sequence ?? [])
      let all = [given, external].filter { !$0.isEmpty }.joined(separator: ",")
      return all.isEmpty ? "<pending>" : all
    default: return external.isEmpty ? "<none>" : external
    }
  }

  private static func loadBalancer(_ ingresses: [Value]) -> String {
    Set(ingresses.compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }).sorted().joined(separator: ",")
  }

  /// A port such as `80:30080/TCP`.
  private static func servicePort(_ port: Value) -> String {
    let node = port["nodePort"]?.integer.flatMap { $0 > 0 ? ":\($0)" : nil } ?? ""
    return "\(word(port["port"] ?? 0))\(node)/\(port["protocol"]?.string ?? "TCP")"
  }

  private static func endpoints(_ subsets: [Value]) -> String {
    let all = subsets.flatMap { subset in
      let addresses = (subset["addresses"]?.sequence ?? []).compactMap { $0["ip"]?.string }
      guard let ports = subset["ports"]?.sequence, !ports.isEmpty else { return addresses }
      return ports.flatMap { port in addresses.map { "\($0):\(word(port["port"] ?? 0))" } }
    }
    return shortened(all)
  }

  private static func ingressParameters(_ ingressClass: Value) -> String {
    guard let parameters = ingressClass[path: "spec", "parameters"] else { return "" }
    let group = parameters["apiGroup"]?.string.map { "." + $0 } ?? ""
    return (parameters["kind"]?.string ?? "") + group + "/" + (parameters["name"]?.string ?? "")
  }

  private static func apiService(_ service: Value) -> String {
    service[path: "spec", "service"].map { "\(word($0["namespace"] ?? ""))/\(word($0["name"] ?? ""))" } ?? ""
  }

  /// `True`, or `False` with the reason.
  private static func apiServiceAvailability(_ service: Value) -> String {
    let condition = (service[path: "status", "conditions"]?.sequence ?? []).first { $0["type"] == "Available" }
    guard let condition else { return "Unknown" }
    let status = condition["status"]?.string ?? ""
    return status == "True" ? status : "\(status) (\(condition["reason"]?.string ?? ""))"
  }
}
