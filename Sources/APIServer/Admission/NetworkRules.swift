import KubernetesAPI
import Manifest

/// Validates Services, Ingresses and NetworkPolicies beyond their types, with the API server's messages.
enum NetworkRules {
  static func causes(_ value: Value, kind: String) -> [Status.Cause] {
    switch kind {
    case "Service": service(value["spec"] ?? [:])
    case "Ingress": ingress(value["spec"] ?? [:])
    case "NetworkPolicy": policy(value["spec"] ?? [:])
    default: []
    }
  }

  /// A cluster IP cannot change once it is set.
  static func causes(_ value: Value, replacing old: Value) -> [Status.Cause] {
    let addresses = [old, value].map { $0[path: "spec", "clusterIP"]?.string ?? "" }
    let isName = [old, value].contains { $0[path: "spec", "type"] == "ExternalName" }
    guard !isName, !addresses.contains(""), addresses[0] != addresses[1] else { return [] }
    let list = JSON.text(.string(addresses[1]))
    return [
      Status.Cause(
        reason: "FieldValueInvalid", message: "Invalid value: []string{\(list)}: may not change once set",
        field: "spec.clusterIPs[0]")
    ]
  }

  private static func service(_ spec: Value) -> [Status.Cause] {
    let ports = spec["ports"]?.sequence ?? []
    var causes: [Status.Cause] = []
    if spec["type"] == "ExternalName" {
      let name = spec["externalName"]?.string ?? ""
      if name.isEmpty {
        causes.append(.required("spec.externalName"))
      } else if !Syntax.isSubdomain(name.hasSuffix(".") ? String(name.dropLast()) : name) {
        causes.append(.invalid("spec.externalName", .string(name), MetadataRules.subdomainRule))
      }
    } else if ports.isEmpty, spec["clusterIP"] != "None" {
      causes.append(.required("spec.ports"))
    }
    causes += forbiddenFields(spec, ports)
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let name = port["name"]?.string ?? ""
      if name.isEmpty, ports.count > 1 { causes.append(.required("spec.ports[\(index)].name")) }
      guard !name.isEmpty, !names.insert(name).inserted else { continue }
      causes.append(.duplicate("spec.ports[\(index)].name", .string(name)))
    }
    return causes
  }

  /// Fields that this type of Service may not have.
  private static func forbiddenFields(_ spec: Value, _ ports: [Value]) -> [Status.Cause] {
    let type = spec["type"]?.string ?? "ClusterIP"
    var causes: [Status.Cause] = []
    for (index, port) in ports.enumerated() where type == "ClusterIP" && (port["nodePort"]?.integer ?? 0) != 0 {
      causes.append(.forbidden("spec.ports[\(index)].nodePort", "may not be used when `type` is 'ClusterIP'"))
    }
    if type != "LoadBalancer", spec["loadBalancerSourceRanges"]?.sequence?.isEmpty == false {
      causes.append(.forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'"))
    }
    return causes
  }

  private static func ingress(_ spec: Value) -> [Status.Cause] {
    let rules = spec["rules"]?.sequence ?? []
    guard !rules.isEmpty || spec["defaultBackend"] != nil else {
      let problem = "either `defaultBackend` or `rules` must be specified"
      return [
        Status.Cause(
          reason: "FieldValueInvalid", message: "Invalid value: []networking.IngressRule(nil): \(problem)",
          field: "spec")
      ]
    }
    let tlsCauses = (spec["tls"]?.sequence ?? []).enumerated().flatMap { index, tls in
      (tls["hosts"]?.sequence ?? []).enumerated().flatMap {
        host($1.string ?? "", at: "spec.tls[\(index)].hosts[\($0)]")
      }
    }
    return tlsCauses + backend(spec["defaultBackend"], at: "spec.defaultBackend")
      + rules.enumerated().flatMap { index, rule in ingress(rule: rule, at: "spec.rules[\(index)]") }
  }

  private static func ingress(rule: Value, at field: String) -> [Status.Cause] {
    var causes = host(rule["host"]?.string ?? "", at: field + ".host")
    guard let paths = rule["http"]?["paths"]?.sequence else { return causes }
    if paths.isEmpty { causes.append(.required(field + ".http.paths")) }
    for (index, item) in paths.enumerated() {
      let pathField = "\(field).http.paths[\(index)]"
      causes += path(item, at: pathField + ".path") + backend(item["backend"], at: pathField + ".backend")
    }
    return causes
  }

  private static func host(_ host: String, at field: String) -> [Status.Cause] {
    guard !host.isEmpty else { return [] }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    if labels.count == 4, labels.allSatisfy({ UInt8($0) != nil }) {
      return [.invalid(field, .string(host), "must be a DNS name, not an IP address")]
    }
    guard host.contains("*") else {
      return Syntax.isSubdomain(host) ? [] : [.invalid(field, .string(host), MetadataRules.subdomainRule)]
    }
    guard !host.hasPrefix("*.") || !Syntax.isSubdomain(String(host.dropFirst(2))) else { return [] }
    let problem =
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
      + "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', "
      + "regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    return [.invalid(field, .string(host), problem)]
  }

  private static func path(_ item: Value, at field: String) -> [Status.Cause] {
    let path = item["path"]?.string ?? ""
    let isExact = item["pathType"] != "ImplementationSpecific"
    // `ImplementationSpecific` allows an empty path.
    guard isExact || !path.isEmpty else { return [] }
    guard path.hasPrefix("/") else { return [.invalid(field, .string(path), "must be an absolute path")] }
    let found = ["//", "/./", "/../", "%2f", "%2F"].filter { isExact && path.contains($0) }
    return found.map { .invalid(field, .string(path), "must not contain '\($0)'") }
  }

  private static func backend(_ backend: Value?, at field: String) -> [Status.Cause] {
    guard let backend, backend["resource"] == nil else { return [] }
    guard let service = backend["service"] else {
      return [.invalidValue(field, "", "resource or service backend is required")]
    }
    let (name, number) = (service[path: "port", "name"], service[path: "port", "number"])
    switch (name, number) {
    case (nil, nil): return [.required(field, "port name or number is required")]
    case (_?, _?): return [.invalidValue(field, "", "cannot set both port name & port number")]
    default: return []
    }
  }

  private static func policy(_ spec: Value) -> [Status.Cause] {
    let types = spec["policyTypes"]?.sequence ?? []
    guard types.count <= 2 else {
      let list = types.map { JSON.text($0) }.joined(separator: ", ")
      let message = "Invalid value: []networking.PolicyType{\(list)}: may not specify more than two policyTypes"
      return [Status.Cause(reason: "FieldValueInvalid", message: message, field: "spec.policyTypes")]
    }
    return types.enumerated().filter { !["Ingress", "Egress"].contains($1) }
      .map { .unsupported("spec.policyTypes[\($0)]", $1, ["Ingress", "Egress"]) }
  }

  /// Fills in `policyTypes`: `Ingress`, and `Egress` if there are egress rules.
  static func defaulted(policy value: Value) -> Value {
    guard let spec = value["spec"], spec["policyTypes"]?.sequence?.isEmpty ?? true else { return value }
    let hasEgress = spec["egress"]?.sequence?.isEmpty == false
    return value.setting(["spec", "policyTypes"], to: hasEgress ? ["Ingress", "Egress"] : ["Ingress"])
  }
}
