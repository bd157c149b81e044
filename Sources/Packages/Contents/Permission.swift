import Manifest
import Platform

/// One permission of a package's installer, in words.
package struct Permission: Hashable, Sendable {
  /// Such as `get, list, watch secrets in all namespaces`.
  package var words: String
  /// Whether it extends beyond the extension: to secrets, everything, or the rights of others.
  package var isDangerous: Bool

  /// The permissions in the ClusterRoles and Roles of `text`, each once, in order.
  static func all(in text: String) -> [Permission] {
    var found: [Permission] = []
    for document in documents(in: text) {
      guard let value = try? YAML.parse(document), let kind = value["kind"]?.string else { continue }
      let scope = kind == "ClusterRole" ? "in all namespaces" : "in its own namespace"
      for rule in value["rules"]?.sequence ?? [] {
        let permission = Permission(rule, scope)
        if !found.contains(permission) { found.append(permission) }
      }
    }
    return found
  }

  private init(_ rule: Value, _ scope: String) {
    let verbs = Self.texts(rule["verbs"])
    let groups = Self.texts(rule["apiGroups"])
    let resources = Self.texts(rule["resources"])
    let addresses = Self.texts(rule["nonResourceURLs"])
    let names = Self.texts(rule["resourceNames"])
    let what = resources.map { resource in
      groups.filter { !$0.isEmpty && $0 != "*" }.isEmpty || resource == "*"
        ? resource : "\(resource).\(groups.joined(separator: "|"))"
    }
    let everything = resources.contains("*") && groups.contains("*") ? "everything" : nil
    let object = addresses.isEmpty ? everything ?? what.joined(separator: ", ") : addresses.joined(separator: ", ")
    let group = everything == nil && resources == ["*"] ? " of \(groups.joined(separator: ", "))" : ""
    let named = names.isEmpty ? "" : " called \(names.joined(separator: ", "))"
    let doing = verbs.contains("*") ? "do anything with" : verbs.joined(separator: ", ")
    words = "\(doing) \(object == "*" ? "all kinds" : object)\(group)\(named)" + (addresses.isEmpty ? " \(scope)" : "")
    let reach = Set(["*", "secrets", "pods/exec", "serviceaccounts/token"]).isDisjoint(with: resources)
    let rights = Set(["escalate", "bind", "impersonate"]).isDisjoint(with: verbs)
    isDangerous = !reach || !rights
  }

  private static func texts(_ value: Value?) -> [String] { value?.sequence?.compactMap(\.string) ?? [] }

  private static func documents(in text: String) -> [String] {
    var documents: [[String]] = [[]]
    for line in text.lines {
      if line.hasPrefix("---") { documents.append([]) } else { documents[documents.count - 1].append(line) }
    }
    return documents.map { $0.joined(separator: "\n") }
  }
}
