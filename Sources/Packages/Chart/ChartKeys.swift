import Manifest

extension YAMLNode {
  /// A chart's description with its keys as helm has them: Go takes one in other letter case for the same.
  var asChart: YAMLNode {
    var chart = renaming(Self.chartKeys)
    guard case .mapping(var pairs) = chart.content else { return chart }
    for (index, pair) in pairs.enumerated() {
      guard let keys = Self.innerKeys[pair.key.text ?? ""], case .sequence(let items) = pair.value.content else {
        continue
      }
      pairs[index].value.content = .sequence(items.map { $0.renaming(keys) })
    }
    chart.content = .mapping(pairs)
    return chart
  }

  private static let chartKeys = [
    "apiVersion", "name", "version", "kubeVersion", "description", "type", "keywords", "home", "sources",
    "dependencies", "maintainers", "icon", "appVersion", "deprecated", "annotations", "condition", "tags",
  ]

  private static let innerKeys = [
    "maintainers": ["name", "email", "url"],
    "dependencies": ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"],
  ]

  /// Of several that are one key, Go's last counts: it has them in the order of their bytes.
  private func renaming(_ keys: [String]) -> YAMLNode {
    guard case .mapping(let pairs) = content else { return self }
    func known(_ pair: Pair) -> String? {
      let text = pair.key.text?.lowercased()
      return keys.first { $0.lowercased() == text }
    }
    guard pairs.contains(where: { pair in known(pair).map { $0 != pair.key.text } ?? false }) else { return self }
    var renamed: [Pair] = []
    for pair in pairs.sorted(by: { ($0.key.text ?? "").utf8.lexicographicallyPrecedes(($1.key.text ?? "").utf8) }) {
      var pair = pair
      if let key = known(pair) {
        pair.key.content = .scalar(key, isQuoted: true)
        renamed.removeAll { $0.key.text == key }
      }
      renamed.append(pair)
    }
    var node = self
    node.content = .mapping(renamed.sorted { ($0.key.line, $0.key.column) < ($1.key.line, $1.key.column) })
    return node
  }
}
