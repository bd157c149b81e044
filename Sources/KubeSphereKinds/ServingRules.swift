import APIServer
import KubernetesAPI
import Manifest

/// The rules of KubeSphere's webhooks for objects that claim what another object serves (docs/KUBESPHERE.md:
/// Admission).
struct ServingRules: ObjectRules {
  /// What only one object may claim; the raw value is the resource that claims it.
  enum Claim: String, CaseIterable, Sendable {
    case group = "apiservices"
    case path = "reverseproxies"
    case entry = "extensionentries"
  }

  var claim: Claim

  func defaulted(_ value: Value) -> Value { value }
  func causes(_ value: Value) -> [Status.Cause] { [] }

  func denial(of value: Value, beside others: () -> [Value]) -> Status? {
    let name = Object(value).name
    for other in others() where Object(other).name != name {
      guard let problem = problem(with: Object(value), beside: Object(other)) else { continue }
      return .denied(by: claim.rawValue + ".extensions.kubesphere.io", problem + " is already exists")
    }
    return nil
  }

  private func problem(with object: Object, beside other: Object) -> String? {
    switch claim {
    case .group:
      guard ["group", "version"].allSatisfy({ object.spec[$0] == other.spec[$0] }) else { return nil }
      return "APIService \(object.spec["group"]?.string ?? "")/\(object.spec["version"]?.string ?? "")"
    case .path:
      let (wanted, claimed) = (Matcher(object), Matcher(other))
      return claimed.covers(wanted) ? "ReverseProxy {\(wanted.path) \(wanted.method)}" : nil
    case .entry:
      let taken = Set(Self.entries(other))
      return Self.entries(object).first(where: taken.contains).map { name in
        "ExtensionEntry \(object.name) spec.entries[].name \(name)"
      }
    }
  }

  private static func entries(_ object: Object) -> [String] {
    object.spec["entries"]?.sequence?.compactMap { $0["name"]?.string } ?? []
  }

  /// The requests that a ReverseProxy claims: one path, or with a `*` at its end every path with that prefix.
  private struct Matcher {
    var path: String
    var method: String

    init(_ object: Object) {
      path = object.spec[path: "matcher", "path"]?.string ?? ""
      method = object.spec[path: "matcher", "method"]?.string ?? ""
    }

    func covers(_ other: Matcher) -> Bool {
      // The gateway serves no other paths, so they claim nothing.
      guard path.hasPrefix("/proxy/") else { return false }
      guard method == "*" || method == other.method else { return false }
      return path == other.path || path.hasSuffix("*") && other.path.hasPrefix(path.dropLast())
    }
  }
}
