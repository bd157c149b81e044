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

  package init(_ object: Object, kind: String, dialect: Dialect) {
    self.kind = kind
    name = object.name
    `extension` = object.labels[dialect.extensionLabel] ?? ""
    state = object.status["state"]?.string ?? ""
    let spec = object.spec
    switch kind {
    case "APIService": words = "\(Chart.text(spec["group"]))/\(Chart.text(spec["version"]))"
    case "ReverseProxy":
      let path = Chart.text(spec[path: "matcher", "path"])
      words = "\(Chart.text(spec[path: "matcher", "method"])) \(path)"
    case "JSBundle": words = object.status["link"]?.string ?? "/dist/\(self.extension)/index.js"
    default:
      let names = spec["entries"]?.sequence?.map { Chart.text($0["link"] ?? $0["name"]) } ?? []
      words = names.joined(separator: ", ")
    }
  }

  /// Whether `other`, of another extension, would serve the same: the webhooks refuse the second, and helm fails.
  package func collides(kind: String, words: String) -> Bool {
    guard kind == self.kind, !words.isEmpty, words != "?" else { return false }
    return words == self.words
  }
}
