package import Manifest

/// What the gateway serves for an object, in words; for objects of a cluster and of templates.
package enum ServedWords {
  /// Such as `weather.example.com/v1`, `/dist/weather/index.js` or `GET /proxy/weather/*`; several are separated by
  /// commas.
  ///
  /// For a bundle without a link, its file name or empty, because its path depends on its extension.
  package static func words(of kind: String, _ object: Value) -> String {
    let spec = object["spec"]
    return switch kind {
    case "APIService": "\(text(spec?["group"]))/\(text(spec?["version"]))"
    case "ReverseProxy": matchers(spec?["matcher"]).joined(separator: ", ")
    case "JSBundle": file(object)
    default: (spec?["entries"]?.sequence ?? []).map { Chart.text($0["link"] ?? $0["name"]) }.joined(separator: ", ")
    }
  }

  /// `words` of an object of the extension `owner`, with the full path of a bundle.
  package static func complete(_ words: String, of kind: String, in owner: String) -> String {
    guard kind == "JSBundle", !words.hasPrefix("/") else { return words }
    return "/dist/\(owner)/\(words.isEmpty ? "index.js" : words)"
  }

  /// The shipped dialect has one matcher, the first design a list.
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

  /// The file name in the spec of a bundle; empty if it has none.
  package static func fileName(_ spec: Value) -> String {
    spec["filenameOverride"]?.string ?? spec[path: "raw", "filenameOverride"]?.string ?? ""
  }

  private static func text(_ value: Value?) -> String {
    let text = Chart.text(value)
    return text.isEmpty ? "?" : text
  }
}
