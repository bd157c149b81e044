import KubernetesAPI
import Manifest

/// The object of a rule, and its state.
package struct RuleObject: Hashable, Sendable, Comparable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case apiService = "APIService"
    case jsBundle = "JSBundle"
    case reverseProxy = "ReverseProxy"
  }

  package var kind: Kind
  package var name: String
  package var created: String
  /// The extension it belongs to, or empty.
  package var `extension`: String
  /// The release that it names instead of its extension, or empty.
  package let release: String
  /// `status.state`, or empty.
  package var state: String
  /// Whether the state lets it be served.
  package var isAvailable: Bool

  /// Why the gateway serves nothing of it, from its condition `Served`, apart from its state and conflicts.
  package var refusal: String?

  init(_ object: Object, _ kind: Kind, _ dialect: Dialect) {
    self.kind = kind
    name = object.name
    created = object.creationTimestamp ?? ""
    release = ReleaseOwners.release(of: object, dialect) ?? ""
    `extension` = ReleaseOwners().extensionName(of: object, dialect)
    state = object.status["state"]?.string ?? ""
    isAvailable = Self.isAvailable(state, dialect)
    let said = object.status["conditions"]?.sequence?.first { $0["type"]?.string == "Served" }
    if said?["status"]?.string == "False", ["Unusable", "Unhealthy"].contains(said?["reason"]?.string) {
      refusal = said?["message"]?.string
    }
  }

  /// Whether an object in `state` may be served.
  ///
  /// In the first design an object without a state is served, because developers register objects by hand; the shipped
  /// gateway requires `Available`.
  package static func isAvailable(_ state: String, _ dialect: Dialect) -> Bool {
    state == "Available" || dialect.era == .seed && (state.isEmpty || state == "Enabled")
  }

  package var description: String { "\(kind.rawValue) \(name)" }

  /// The older object sorts first.
  package static func < (left: RuleObject, right: RuleObject) -> Bool {
    (left.created, left.name, left.kind.rawValue) < (right.created, right.name, right.kind.rawValue)
  }
}
