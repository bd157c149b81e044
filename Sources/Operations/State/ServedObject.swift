package import Extensions
package import KubernetesAPI
import Manifest
import Packages
package import Platform

/// Something that the gateway serves for an extension: an API, a bundle, a proxy, an entry of the console's menu.
package struct ServedObject: Hashable, Sendable {
  package var kind: String
  package var name: String
  /// The extension it belongs to, or empty.
  package var `extension`: String
  /// What is served: `weather.example.com/v1`, `/dist/weather/index.js`, `GET /proxy/weather/*`.
  package var words: String
  /// `Available` or `Disabled`, or empty if nothing is said.
  package var state: String
  /// Whether its state lets it be served.
  private var isAvailable: Bool
  /// Why the gateway does not serve it although its state would let it, or empty.
  package var problem: String

  /// Reads one; `owners` knows the extension of a release that it names.
  package init(_ object: Object, kind: String, dialect: Dialect, owners: ReleaseOwners = ReleaseOwners()) {
    self.kind = kind
    name = object.name
    `extension` = owners.extensionName(of: object, dialect)
    state = object.status["state"]?.string ?? ""
    isAvailable = RuleObject.isAvailable(state, dialect)
    problem = isAvailable ? Self.refusal(object) : ""
    if kind == "JSBundle" {
      words = JSBundleRule(object, dialect: dialect).resolved(owners).files.first?.path ?? ""
    } else {
      words = ServedWords.words(of: kind, object.value)
    }
  }

  /// What the gateway says in the condition `Served` where that is no yes.
  private static func refusal(_ object: Object) -> String {
    let conditions = object.status["conditions"]?.sequence ?? []
    guard let served = conditions.first(where: { $0["type"]?.string == "Served" }), served["status"]?.string == "False"
    else { return "" }
    let words = [served["reason"]?.string, served["message"]?.string].compactMap(\.self).filter { !$0.isEmpty }
    return words.isEmpty ? "no reason is given" : CredentialText.removed(from: words.joined(separator: ": "))
  }

  /// Whether requests get there, as far as the cluster says.
  package var isServed: Bool { isAvailable && problem.isEmpty }

  /// Its state, or that it is not served for all that.
  package var stateWords: Sentence {
    problem.isEmpty ? Sentence(verbatim: state) : "not served: \(problem)"
  }

  /// Whether `other`, of another extension, would serve the same: the webhooks refuse the second, and helm fails.
  package func collides(kind: String, words: String) -> Bool {
    guard kind == self.kind, !words.isEmpty, words != "?" else { return false }
    return words == self.words
  }
}
