package import Manifest
import Platform

extension ExtensionSet {
  private static let kind = "ExtensionSet"

  /// The set as its file has it.
  package var value: Value {
    var fields: Mapping = ["apiVersion": "ksx.dev/v1", "kind": .string(Self.kind)]
    if hasRepositoryList {
      fields["repositories"] = .sequence(
        repositories.map { .mapping(Mapping([.init(key: "name", value: .string($0.name))] + $0.fields.pairs)) })
    }
    if hasExtensionList { fields["extensions"] = .sequence(members.map(\.value)) }
    return .mapping(fields)
  }

  /// Parses a file; errors have the position of the mistake.
  package init(_ text: String) throws(SyntaxError) {
    // JSON strings may contain newlines, which YAML would fold.
    let json = (try? JSON.parse(Array(text.utf8))).flatMap { $0.mapping == nil ? nil : YAML.text($0) }
    guard let node = try YAML.strictNode(json ?? text), case .mapping(let pairs) = node.content else {
      throw SyntaxError(line: 1, column: 1, problem: "a set of extensions is a mapping")
    }
    // What is passed over would be uninstalled by a file that is to be the whole.
    if let other = try YAML.documents(json ?? text).dropFirst().first(where: { $0.value != .null }) {
      throw other.mistake("this is a second document: a file has one set")
    }
    guard node["apiVersion"]?.text == "ksx.dev/v1", node["kind"]?.text == Self.kind else {
      throw node.mistake("this is no set of extensions: apiVersion is ksx.dev/v1, and kind \(Self.kind)")
    }
    (hasRepositoryList, hasExtensionList) = (node["repositories"] != nil, node["extensions"] != nil)
    for pair in pairs {
      switch pair.key.text {
      case "apiVersion", "kind": break
      case "repositories":
        for item in try Self.items(pair.value) { try add(Repository(item), item) }
      case "extensions":
        for item in try Self.items(pair.value) { try add(Member(item), item) }
      default: throw pair.key.mistake("there is no field \(pair.key.text ?? ""); there are repositories and extensions")
      }
    }
  }

  private mutating func add(_ repository: Repository, _ node: YAMLNode) throws(SyntaxError) {
    guard !repositories.contains(where: { $0.name == repository.name }) else {
      throw node.mistake("the repository \(repository.name) is there twice")
    }
    repositories.append(repository)
  }

  private mutating func add(_ member: Member, _ node: YAMLNode) throws(SyntaxError) {
    guard !members.contains(where: { $0.name == member.name }) else {
      throw node.mistake("the extension \(member.name) is there twice")
    }
    members.append(member)
  }

  private static func items(_ node: YAMLNode) throws(SyntaxError) -> [YAMLNode] {
    if node.value == .null { return [] }
    guard case .sequence(let items) = node.content else { throw node.mistake("this is a list") }
    return items
  }

  fileprivate static func pairs(_ node: YAMLNode) throws(SyntaxError) -> [YAMLNode.Pair] {
    guard case .mapping(let pairs) = node.content else { throw node.mistake("this is a mapping with a name") }
    return pairs
  }

  fileprivate static func text(_ node: YAMLNode, _ name: String) throws(SyntaxError) -> String {
    // A version such as 1.10 is text, whatever type YAML gives it.
    guard let text = node.text, !text.isEmpty else { throw node.mistake("\(name) is a text") }
    return text
  }
}

extension ExtensionSet.Member {
  fileprivate var value: Value {
    var fields: Mapping = ["name": .string(name), "version": .string(version)]
    if let isEnabled { fields["enabled"] = .bool(isEnabled) }
    if let config { fields["config"] = .string(config) }
    if let placement { fields["placement"] = placement }
    if !reason.isEmpty { fields["reason"] = .string(reason) }
    return .mapping(fields)
  }

  fileprivate init(_ node: YAMLNode) throws(SyntaxError) {
    self.init("", version: "")
    for pair in try ExtensionSet.pairs(node) {
      switch pair.key.text {
      case "name": name = try ExtensionSet.text(pair.value, "name")
      case "version": version = try ExtensionSet.text(pair.value, "version")
      case "enabled":
        guard let flag = pair.value.value.bool else { throw pair.value.mistake("enabled is true or false") }
        isEnabled = flag
      case "config":
        guard let text = pair.value.text else { throw pair.value.mistake("config is a text: write | after the colon") }
        config = pair.value.value == .null ? "" : text
      case "placement": placement = try Self.placement(pair.value)
      case "reason": reason = pair.value.value == .null ? "" : pair.value.text ?? ""
      default:
        throw pair.key.mistake(
          "there is no field \(pair.key.text ?? ""); there are name, version, enabled, config, placement, reason")
      }
    }
    if name.isEmpty || version.isEmpty { throw node.mistake("an extension has a name and a version") }
  }

  private static func placement(_ node: YAMLNode) throws(SyntaxError) -> Value {
    for pair in try ExtensionSet.pairs(node) where pair.value.value != .null {
      switch pair.key.text {
      case "clusters":
        guard case .sequence(let items) = pair.value.content, items.allSatisfy({ $0.value.string != nil }) else {
          throw pair.value.mistake("clusters is a list of names")
        }
      case "clusterSelector", "overrides":
        guard pair.value.value.mapping != nil else {
          throw pair.value.mistake("\(pair.key.text ?? "") is a mapping")
        }
      default:
        throw pair.key.mistake(
          "there is no field \(pair.key.text ?? ""); there are clusters, clusterSelector, overrides")
      }
    }
    return normalizedPlacement(scheduling(node.value))
  }
}

extension ExtensionSet.Repository {
  private static let keys = [
    "url", "image", "displayName", "description", "publisher", "caBundle", "insecure", "depth", "interval", "timeout",
  ]

  fileprivate init(_ node: YAMLNode) throws(SyntaxError) {
    self.init("", [:])
    for pair in try ExtensionSet.pairs(node) {
      switch pair.key.text {
      case "name": name = try ExtensionSet.text(pair.value, "name")
      case let key? where Self.keys.contains(key): fields[key] = pair.value.value
      case "basicAuth", "username", "password":
        throw pair.key.mistake("secrets do not belong into this file; ksx repo edit sets them")
      default:
        throw pair.key.mistake(
          "there is no field \(pair.key.text ?? ""); there are name, \(Self.keys.joined(separator: ", "))")
      }
    }
    if name.isEmpty { throw node.mistake("a repository has a name") }
  }
}
