import Manifest

extension Schema {
  /// What the API server knows of its own types beyond what a definition can say.
  struct Native: Sendable {
    /// Such as `core.PodSpec`; empty for what has no name of its own.
    var name = ""
    /// The type in Go's words, which the API server's refusals have inside: `int32`, `[]v1.Container`.
    var goType: String
    var check: Check?
    /// What must be there and not be empty beside what the documents of the API say of it.
    var needed: [String] = []
    /// The fields that are checked as if they were empty where they are absent.
    var structs: [String] = []
    /// The numbers that its fields have in protocol buffers.
    var numbers = Numbers()
    /// Whether zero in protocol buffers means that there is nothing.
    var zeroIsNothing = false
    var conditions: [Default] = []
    /// How a strategic merge patch puts a list or a mapping together.
    var merging: Merging?

    /// Fields by their numbers in protocol buffers, and by those inside of a message that holds them.
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
      /// The key that tells items apart; `nil` for items that are their own, and for mappings.
      var key: String?
      var isList = false
      /// Whether a patch names the keys that stay.
      var retainsKeys = false
    }
  }
}

extension Schema.Native {
  /// A default that depends on what stands beside it.
  enum Default: Sendable {
    /// What is under another key.
    case sibling(String)
    /// `value` where `key` is `expected`.
    case when(key: String, expected: String, Value)
    /// How an image is pulled, by its tag.
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
