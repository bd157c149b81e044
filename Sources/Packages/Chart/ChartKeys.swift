import Manifest

extension YAMLNode {
  /// The contents of `Chart.yaml` with the keys as helm spells them: Go's decoder ignores the case of keys.
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

  /// Spells known keys as in `keys`; of those that differ only in case, the last in the order of bytes applies, as in
  /// Go.
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
