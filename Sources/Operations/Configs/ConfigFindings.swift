package import Manifest
import Platform

/// What is to be said of a config while it is written: by itself, and beside the chart's values.
package struct ConfigFindings: Hashable, Sendable {
  /// What KubeSphere and helm say of the text.
  package let review: ConfigReview
  /// Keys that the chart does not know, and values of another type, each at its key.
  package let marks: [SyntaxError]

  /// Holds `text` against the chart's `defaults`, as far as they are known.
  package init(_ text: String, defaults: Value?) {
    review = ConfigReview(text)
    guard review.mistake == nil, let defaults, let node = try? YAML.node(text), node.value.mapping != nil else {
      marks = []
      return
    }
    marks = EffectiveValues(defaults: defaults, config: node.value).concerns.compactMap { concern in
      node.key(at: concern.path)?.mistake(concern.sentence)
    }
  }
}

/// A text to be held against the chart's values, as it was after some edits.
package struct ReviewSubject: Hashable, Sendable {
  package var name: String
  package var edits: Int
  package var text: String
  package var defaults: Value?

  package init(name: String, edits: Int, text: String, defaults: Value?) {
    self.name = name
    self.edits = edits
    self.text = text
    self.defaults = defaults
  }
}

extension YAMLNode {
  /// The key at `path`, where it stands in the text.
  fileprivate func key(at path: [String]) -> YAMLNode? {
    guard let first = path.first, case .mapping(let pairs) = content else { return nil }
    guard let pair = pairs.last(where: { $0.key.text == first }) else { return nil }
    return path.count == 1 ? pair.key : pair.value.key(at: Array(path.dropFirst())) ?? pair.key
  }
}
