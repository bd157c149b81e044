package import Extensions
package import KubernetesAPI
import Manifest
import Packages

/// Something that the gateway serves for an extension: an API, a bundle, a proxy, an entry of the console's menu.
package struct ServedObject: Hashable, Sendable {
  package var kind: String
  package var name: String
  /// The extension it belongs to, or empty.
  package var `extension`: String
  /// What is served: `weather.example.com/v1`, `/dist/weather/index.js`, `GET /proxy/weather/*`.
  package var words: String
  /// `Available` or `Disabled`, or empty where nothing is said, which serves nothing.
  package var state: String

  /// Reads one; `owners` knows the extension of a release that it names.
  package init(_ object: Object, kind: String, dialect: Dialect, owners: ReleaseOwners = ReleaseOwners()) {
    self.kind = kind
    name = object.name
    `extension` = owners.extensionName(of: object, dialect)
    state = object.status["state"]?.string ?? ""
    if kind == "JSBundle" {
      words = JSBundleRule(object, dialect: dialect).resolved(owners).files.first?.path ?? ""
    } else {
      words = ServedWords.words(of: kind, object.value)
    }
  }

  /// Whether `other`, of another extension, would serve the same: the webhooks refuse the second, and helm fails.
  package func collides(kind: String, words: String) -> Bool {
    guard kind == self.kind, !words.isEmpty, words != "?" else { return false }
    return words == self.words
  }
}
