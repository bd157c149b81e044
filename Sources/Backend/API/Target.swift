import Client

/// What a request is about: the segments of its path and its query, decoded.
struct Target: Hashable, Sendable {
  var segments: [String]
  private var query: [String: String] = [:]

  init(_ text: String) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    segments = (parts.first ?? "").split(separator: "/").map { PercentEncoding.decode($0) }
    guard parts.count == 2 else { return }
    for pair in parts[1].split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = Self.decode(sides[0])
      // The first of several wins, as in Go's url.Values.Get.
      if query[key] == nil { query[key] = sides.count == 2 ? Self.decode(sides[1]) : "" }
    }
  }

  /// The value of a query parameter; `nil` when it is missing or empty, which the API does not distinguish.
  subscript(parameter: String) -> String? {
    query[parameter].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A parameter as Kubernetes reads booleans: `false` and `0` are not set, anything else is.
  func flag(_ parameter: String) -> Bool {
    guard let value = query[parameter] else { return false }
    return value != "false" && value != "0"
  }

  func integer(_ parameter: String) throws(Refusal) -> Int? {
    guard let text = self[parameter] else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw .badRequest("invalid value \"\(text)\" for \(parameter): a number is expected")
    }
    return number
  }

  private static func decode(_ text: Substring) -> String {
    PercentEncoding.decode(text.contains("+") ? String(text.map { $0 == "+" ? " " : $0 }) : String(text))
  }
}

/// One resource, and how narrowly a request names it.
struct ResourcePath: Hashable, Sendable {
  var type: ResourceType
  /// `nil` for cluster-scoped objects and for all namespaces at once.
  var namespace: String?
  var name: String?
  var isStatus = false

  /// Reads what follows the group and the version in a path.
  init(_ segments: ArraySlice<String>, group: String, version: String, in types: ResourceTypes) throws(Refusal) {
    var rest = segments
    // A namespace is an object too: /namespaces/x/status is its status, and no resource in it.
    if rest.first == "namespaces", rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
      namespace = rest[rest.startIndex + 1]
      rest = rest.dropFirst(2)
    }
    guard let plural = rest.popFirst(), let type = types.find(group: group, version: version, plural: plural) else {
      throw .unknownResource
    }
    self.type = type
    name = rest.popFirst()
    let subresource = rest.popFirst()
    isStatus = subresource == "status"
    let isScopeRight = type.resource.isNamespaced ? (namespace != nil || name == nil) : namespace == nil
    guard rest.isEmpty, isScopeRight, subresource == nil || (isStatus && type.hasStatus) else {
      throw .unknownResource
    }
  }

  var key: ObjectKey { ObjectKey(namespace: namespace ?? "", name: name ?? "") }
}
