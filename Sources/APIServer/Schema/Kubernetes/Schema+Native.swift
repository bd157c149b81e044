import Manifest

extension Schema {
  /// Properties of Kubernetes' own types that a CustomResourceDefinition cannot express.
  struct Native: Sendable {
    /// Such as `core.PodSpec`; empty for types without a name.
    var name = ""
    /// The Go type, which the API server's messages contain: `int32`, `[]v1.Container`.
    var goType: String
    var check: Check?
    /// Fields that must not be missing or empty, although the documents of the API do not require them.
    var nonEmptyFields: [String] = []
    /// Fields that are checked as empty objects if they are missing.
    var implicitObjects: [String] = []
    /// The numbers of its fields in protocol buffers.
    var numbers = Numbers()
    /// Whether zero in protocol buffers means that the field is missing.
    var zeroIsNothing = false
    var conditions: [Default] = []
    /// How a strategic merge patch merges a list or a mapping.
    var merging: Merging?

    /// Fields by their numbers in protocol buffers, and fields of a nested message by its number and theirs.
    struct Numbers: Sendable {
      var fields: [Int: String] = [:]
      var inside: [Int: [Int: String]] = [:]

      /// Reads a number such as `2`, `2.5` or `-` for none.
      mutating func add(_ number: Substring, _ field: String) {
        let numbers = number.split(separator: ".").compactMap { Int($0) }
        if numbers.count == 1 { fields[numbers[0]] = field }
        if numbers.count == 2 { inside[numbers[0], default: [:]][numbers[1]] = field }
      }
    }

    /// How a strategic merge patch treats a field (`x-kubernetes-patch-strategy`).
    struct Merging: Hashable, Sendable {
      /// The key that identifies items; `nil` for items that their value identifies, and for mappings.
      var key: String?
      var isList = false
      /// Whether a patch names the keys to keep (`$retainKeys`).
      var retainsKeys = false
    }
  }
}

extension Schema.Native {
  /// A default that depends on other fields of the same object.
  enum Default: Sendable {
    /// The value of another field.
    case sibling(String)
    /// The value, if `key` is `expected`.
    case when(key: String, expected: String, Value)
    /// The pull policy that follows from the image's tag.
    case pullPolicy

    func value(beside siblings: Mapping) -> Value? {
      switch self {
      case .sibling(let key): siblings[key]
      case .when(let key, let expected, let value): siblings[key]?.string == expected ? value : nil
      case .pullPolicy: siblings["image"]?.string.map { Self.pullPolicy(ofImage: $0) }
      }
    }

    private static func pullPolicy(ofImage image: String) -> Value {
      guard !image.contains("@") else { return "IfNotPresent" }
      let name = image.split(separator: "/").last ?? ""
      guard let colon = name.lastIndex(of: ":") else { return "Always" }
      return name[name.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
    }
  }
}
