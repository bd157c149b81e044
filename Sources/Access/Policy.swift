import KubernetesAPI
import Manifest
import Platform

/// One line of kube-apiserver's `--authorization-policy-file`: attribute-based access control.
///
/// `*` matches everything. An empty `user` or `group` does not restrict; an empty `resource`, `apiGroup` or `namespace`
/// matches only an empty value. A versioned line without user and group is rejected.
struct Policy: Hashable, Sendable {
  var user = ""
  var group = ""
  var resource = ""
  var apiGroup = ""
  var namespace = ""
  var nonResourcePath = ""
  var isReadOnly = false
  /// The line number in the file, for the reason of a verdict.
  var line = 0

  func matches(_ caller: User, _ attributes: Attributes) -> Bool {
    concerns(caller) && (attributes.isReadOnly || !isReadOnly)
      && (attributes.isResourceRequest ? matches(resourceOf: attributes) : matches(path: attributes.path))
  }

  func concerns(_ caller: User) -> Bool {
    (user.isEmpty || user == "*" || user == caller.name)
      && (group.isEmpty || group == "*" || caller.isMember(of: group))
      // `*` matches authenticated users only.
      && (user == "*" || group == "*" ? caller.isMember(of: User.authenticated) : true)
  }

  private func matches(resourceOf attributes: Attributes) -> Bool {
    Self.matches(namespace, attributes.namespace) && Self.matches(resource, attributes.resource)
      && Self.matches(apiGroup, attributes.group)
  }

  private func matches(path: String) -> Bool {
    PathPattern.matches(nonResourcePath, path)
  }

  private static func matches(_ pattern: String, _ text: String) -> Bool { pattern == "*" || pattern == text }
}

extension Policy {
  private static let keys = ["user", "group", "resource", "apiGroup", "namespace", "nonResourcePath", "readonly"]

  /// Reads one line, in the versioned or the older unversioned form.
  init(line text: String) throws(AccessFile.Problem) {
    let value: Value
    do throws(SyntaxError) {
      value = try JSON.parse(Array(text.utf8))
    } catch {
      throw AccessFile.Problem("this is no JSON: column \(error.column): \(error.problem)")
    }
    guard value.mapping != nil else { throw AccessFile.Problem("a policy is a JSON object") }
    let isVersioned = value["apiVersion"] != nil || value["kind"] != nil
    try self.init(spec: isVersioned ? try Self.spec(of: value) : value)
    if isVersioned { return }
    // In the unversioned form an absent key matches everything.
    if user.isEmpty, group.isEmpty { group = "*" }
    if namespace.isEmpty, resource.isEmpty { nonResourcePath = "*" }
    for key in [\Policy.namespace, \Policy.resource] where self[keyPath: key].isEmpty { self[keyPath: key] = "*" }
    apiGroup = "*"
  }

  private static func spec(of value: Value) throws(AccessFile.Problem) -> Value {
    guard value["apiVersion"] == "abac.authorization.kubernetes.io/v1beta1", value["kind"] == "Policy" else {
      throw AccessFile.Problem(#"apiVersion "abac.authorization.kubernetes.io/v1beta1" and kind "Policy" are expected"#)
    }
    for key in value.mapping?.keys ?? [] where !["apiVersion", "kind", "spec"].contains(key) {
      throw AccessFile.Problem("a policy has no \(JSON.text(.string(key)))")
    }
    guard let spec = value["spec"], spec.mapping != nil else { throw AccessFile.Problem("the policy has no spec") }
    guard spec["user"]?.string?.isEmpty == false || spec["group"]?.string?.isEmpty == false else {
      throw AccessFile.Problem("the policy names no user and no group, so it applies to no caller")
    }
    return spec
  }

  private init(spec: Value) throws(AccessFile.Problem) {
    for pair in spec.mapping?.pairs ?? [] {
      // Ignoring an unknown key could mean not enforcing a restriction.
      guard Self.keys.contains(pair.key) else {
        throw AccessFile.Problem(
          "a policy has no \(JSON.text(.string(pair.key))); there are \(Self.keys.joined(separator: ", "))")
      }
      guard pair.key == "readonly" ? pair.value.bool != nil : pair.value.string != nil else {
        throw AccessFile.Problem("\(pair.key) is \(pair.key == "readonly" ? "true or false" : "a text")")
      }
    }
    func text(_ key: String) -> String { spec[key]?.string ?? "" }
    self.init(
      user: text("user"), group: text("group"), resource: text("resource"), apiGroup: text("apiGroup"),
      namespace: text("namespace"), nonResourcePath: text("nonResourcePath"),
      isReadOnly: spec["readonly"]?.bool ?? false)
  }
}

/// Path patterns of policies and roles: `*` at the end matches any suffix.
enum PathPattern {
  static func matches(_ pattern: String, _ path: String) -> Bool {
    // Compares bytes: this runs many times for every request, and comparing characters is slow.
    guard pattern.utf8.last == UInt8(ascii: "*") else { return pattern == path }
    return path.utf8.starts(with: pattern.utf8.dropLast())
  }
}
