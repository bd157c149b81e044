package import Manifest
import Platform

/// Problems to show while a config is being edited: those of its text, and those it has with the chart's values.
package struct ConfigFindings: Hashable, Sendable {
  /// The problems that KubeSphere and helm have with the text.
  package let review: ConfigReview
  /// Keys that the chart's values do not have, and values of a different type, each marked at its key.
  package let marks: [SyntaxError]

  /// Checks `text`, and compares it with the chart's `defaults` if they are known.
  package init(_ text: String, defaults: Value?) {
    review = ConfigReview(text)
    guard review.mistake == nil, let defaults, let node = try? YAML.node(text), node.value.mapping != nil else {
      marks = []
      return
    }
    marks = EffectiveValues(defaults: defaults, config: node.value).valueWarnings.compactMap { concern in
      node.key(at: concern.path)?.mistake(concern.sentence)
    }
  }
}

/// The text of a config that is to be compared with the chart's values, after a number of edits.
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
  /// The key at `path`, or the deepest key on the way to it that the text has; `nil` if it does not have the first.
  fileprivate func key(at path: [String]) -> YAMLNode? {
    guard let first = path.first, case .mapping(let pairs) = content else { return nil }
    guard let pair = pairs.last(where: { $0.key.text == first }) else { return nil }
    return path.count == 1 ? pair.key : pair.value.key(at: Array(path.dropFirst())) ?? pair.key
  }
}
