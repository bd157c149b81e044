import Manifest
package import Platform

/// One permission of a package's installer, in words.
package struct Permission: Hashable, Sendable {
  /// Such as `get, list, watch secrets in all namespaces`.
  package var sentence: Sentence
  /// Whether it extends beyond the extension: to secrets, everything, or the rights of others.
  package var isDangerous: Bool

  /// `sentence` in English.
  package var words: String { sentence.english }

  /// The permissions in the ClusterRoles and Roles of `text`, each once, in order.
  static func all(in text: String) -> [Permission] {
    var found: [Permission] = []
    for document in documents(in: text) {
      guard let value = try? YAML.parse(document), let kind = value["kind"]?.string else { continue }
      for rule in value["rules"]?.sequence ?? [] {
        let permission = Permission(rule, isEverywhere: kind == "ClusterRole")
        if !found.contains(permission) { found.append(permission) }
      }
    }
    return found
  }

  private init(_ rule: Value, isEverywhere: Bool) {
    let verbs = Self.texts(rule["verbs"])
    let resources = Self.texts(rule["resources"])
    let paths = Self.texts(rule["nonResourceURLs"])
    let names = Self.texts(rule["resourceNames"])
    let all =
      paths.isEmpty
      ? Self.object(resources, Self.texts(rule["apiGroups"])) : Sentence(verbatim: paths.joined(separator: ", "))
    let object: Sentence = names.isEmpty ? all : "\(all) called \(names.joined(separator: ", "))"
    let act: Sentence =
      verbs.contains("*") ? "do anything with \(object)" : "\(verbs.joined(separator: ", ")) \(object)"
    let placed: Sentence = isEverywhere ? "\(act) in all namespaces" : "\(act) in its own namespace"
    sentence = paths.isEmpty ? placed : act
    let hasHarmlessResources = Set(["*", "secrets", "pods/exec", "serviceaccounts/token"]).isDisjoint(with: resources)
    let hasHarmlessVerbs = Set(["escalate", "bind", "impersonate"]).isDisjoint(with: verbs)
    isDangerous = !hasHarmlessResources || !hasHarmlessVerbs
  }

  /// What a rule is about; the group without a name is the core one.
  private static func object(_ resources: [String], _ groups: [String]) -> Sentence {
    if resources.contains("*"), groups.contains("*") { return "everything" }
    let names = groups.map { $0.isEmpty ? "core" : $0 }
    if resources == ["*"], !names.isEmpty { return "all kinds of \(names.joined(separator: ", "))" }
    let isOfCore = groups.allSatisfy { $0.isEmpty || $0 == "*" }
    let kinds = resources.map { isOfCore || $0 == "*" ? $0 : "\($0).\(names.joined(separator: "|"))" }
    return Sentence(verbatim: kinds.joined(separator: ", "))
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
