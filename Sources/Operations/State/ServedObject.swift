package import Extensions
package import KubernetesAPI
import Manifest
import Packages
package import Platform

/// Something that the gateway serves for an extension: an API, a bundle, a proxy, a menu entry of the console.
package struct ServedObject: Hashable, Sendable {
  package var kind: String
  package var name: String
  /// The extension that it belongs to, or empty.
  package var `extension`: String
  /// What is served: `weather.example.com/v1`, `/dist/weather/index.js`, `GET /proxy/weather/*`.
  package var words: String
  /// `Available` or `Disabled`, or empty if the status has none.
  package var state: String
  /// Whether its state allows serving it.
  private var isAvailable: Bool
  /// Why the gateway does not serve it although its state allows that, or empty.
  package var problem: String

  /// Reads an object; `owners` finds the extension of its release.
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

  /// The gateway's reason in the condition `Served`, if its status is `False`; else empty.
  private static func refusal(_ object: Object) -> String {
    let conditions = object.status["conditions"]?.sequence ?? []
    guard let served = conditions.first(where: { $0["type"]?.string == "Served" }), served["status"]?.string == "False"
    else { return "" }
    let words = [served["reason"]?.string, served["message"]?.string].compactMap(\.self).filter { !$0.isEmpty }
    return words.isEmpty ? "no reason is given" : CredentialText.removed(from: words.joined(separator: ": "))
  }

  /// Whether it is served, as far as the cluster says.
  package var isServed: Bool { isAvailable && problem.isEmpty }

  /// Its state, or why it is not served in spite of it.
  package var stateWords: Sentence {
    problem.isEmpty ? Sentence(verbatim: state) : "not served: \(problem)"
  }

  /// Whether an object of another extension would serve the same; the webhooks refuse the second one, and helm fails.
  package func collides(kind: String, words: String) -> Bool {
    guard kind == self.kind, !words.isEmpty, words != "?" else { return false }
    return words == self.words
  }
}
