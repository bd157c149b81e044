import KubernetesAPI
import Manifest
import Platform

/// Validates ConfigMaps and Secrets: keys that can be file names, at most 1 MiB of values, no change once immutable.
struct DataRules: ObjectRules {
  /// Whether these are Secrets, whose values are in Base64, or in plain text in `stringData`.
  var isSecret: Bool

  /// The most bytes of all values together.
  private static let limit = 1 << 20

  static let keyRule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    + "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

  func defaulted(_ value: Value) -> Value {
    guard isSecret else { return value }
    var object = value["type"] == nil || value["type"] == "" ? value.setting(["type"], to: "Opaque") : value
    for pair in object["stringData"]?.mapping?.pairs ?? [] {
      guard let text = pair.value.string else { return object }
      object = object.setting(["data", pair.key], to: .string(Base64.encode(Array(text.utf8))))
    }
    return object.setting(["stringData"], to: nil)
  }

  func causes(_ value: Value) -> [Status.Cause] {
    let plain = pairs(value, "data")
    let binary = isSecret ? [] : pairs(value, "binaryData")
    var causes = (plain.map { ("data", $0) } + binary.map { ("binaryData", $0) }).flatMap(causes)
    let doubled = plain.filter { pair in binary.contains { $0.key == pair.key } }
    causes += doubled.map {
      .invalid("data[\($0.key)]", .string($0.key), "duplicate of key present in binaryData")
    }
    let size =
      plain.reduce(0) { $0 + (isSecret ? decodedSize($1.value) : $1.value.string?.utf8.count ?? 0) }
      + binary.reduce(0) { $0 + decodedSize($1.value) }
    if size > Self.limit {
      causes.append(.tooLong(isSecret ? "data" : "[]", bytes: Self.limit))
    }
    return causes + typeCauses(value)
  }

  func causes(_ value: Value, replacing old: Value) -> [Status.Cause] {
    var causes = self.causes(value)
    if isSecret, let type = value["type"], type != old["type"] {
      causes.append(.invalid("type", type, "field is immutable"))
    }
    guard old["immutable"] == true else { return causes }
    let problem = "field is immutable when `immutable` is set"
    if value["immutable"] != true { causes.append(.forbidden("immutable", problem)) }
    for key in ["data", "binaryData"] where value[key] != old[key] { causes.append(.forbidden(key, problem)) }
    return causes
  }

  private func pairs(_ value: Value, _ key: String) -> [Mapping.Pair] { value[key]?.mapping?.pairs ?? [] }

  private func causes(_ field: String, _ pair: Mapping.Pair) -> [Status.Cause] {
    var causes: [Status.Cause] = []
    if !Self.isKey(pair.key) {
      causes.append(.invalid("\(field)[\(pair.key)]", .string(pair.key), Self.keyRule))
    }
    guard let text = pair.value.string else {
      return causes + [.wrongType("\(field)[\(pair.key)]", pair.value, "string")]
    }
    if isSecret || field == "binaryData", Base64.decode(text) == nil {
      // A real API server cannot decode these, and answers 400.
      causes.append(.invalid("\(field)[\(pair.key)]", pair.value, "illegal base64 data"))
    }
    return causes
  }

  static func isKey(_ key: String) -> Bool {
    !key.isEmpty && key.utf8.count <= 253 && key != "." && !key.hasPrefix("..")
      && key.utf8.allSatisfy {
        ScalarSet.word.contains(UInt32($0)) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
  }

  private func decodedSize(_ value: Value) -> Int {
    guard let text = value.string else { return 0 }
    return text.utf8.count / 4 * 3 - text.utf8.suffix(2).count { $0 == UInt8(ascii: "=") }
  }

  /// The missing keys that the type of a Secret requires.
  private func typeCauses(_ value: Value) -> [Status.Cause] {
    guard isSecret, let type = value["type"]?.string else { return [] }
    let needed =
      switch type {
      case "kubernetes.io/tls": ["tls.crt", "tls.key"]
      case "kubernetes.io/dockerconfigjson": [".dockerconfigjson"]
      case "kubernetes.io/dockercfg": [".dockercfg"]
      case "kubernetes.io/ssh-auth": ["ssh-privatekey"]
      default: [String]()
      }
    return needed.filter { value["data"]?[$0] == nil }.map { .required("data[\($0)]") }
  }
}
