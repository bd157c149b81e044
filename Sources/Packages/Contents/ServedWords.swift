package import Manifest

/// What an object has the gateway serve, in words; for objects of a cluster and for what templates would make.
package enum ServedWords {
  /// `weather.example.com/v1`, `/dist/weather/index.js`, `GET /proxy/weather/*`; several are set off by commas.
  ///
  /// Of a bundle without a link it is its file's name, or empty: where that is served only its extension tells.
  package static func words(of kind: String, _ object: Value) -> String {
    let spec = object["spec"]
    return switch kind {
    case "APIService": "\(text(spec?["group"]))/\(text(spec?["version"]))"
    case "ReverseProxy": matchers(spec?["matcher"]).joined(separator: ", ")
    case "JSBundle": file(object)
    default: (spec?["entries"]?.sequence ?? []).map { Chart.text($0["link"] ?? $0["name"]) }.joined(separator: ", ")
    }
  }

  /// `words` of an object of the extension `owner`: those of a bundle lead somewhere.
  package static func complete(_ words: String, of kind: String, in owner: String) -> String {
    guard kind == "JSBundle", !words.hasPrefix("/") else { return words }
    return "/dist/\(owner)/\(words.isEmpty ? "index.js" : words)"
  }

  /// The shipped dialect has one matcher, the first design a list of them.
  private static func matchers(_ value: Value?) -> [String] {
    let all = value?.sequence ?? [value].compactMap(\.self)
    return all.map { matcher in
      let method = Chart.text(matcher["method"])
      return "\(method.isEmpty ? "*" : method) \(text(matcher["path"]))"
    }
  }

  private static func file(_ object: Value) -> String {
    let link = Chart.text(object[path: "status", "link"] ?? object["link"])
    return link.isEmpty ? fileName(object["spec"] ?? .null) : link
  }

  /// What the spec of a bundle calls its own file, or empty.
  package static func fileName(_ spec: Value) -> String {
    spec["filenameOverride"]?.string ?? spec[path: "raw", "filenameOverride"]?.string ?? ""
  }

  private static func text(_ value: Value?) -> String {
    let text = Chart.text(value)
    return text.isEmpty ? "?" : text
  }
}
