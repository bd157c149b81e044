/// A question that a key can answer, in the words on the screen.
///
/// A key answers only a question that the user can have read: the app accepts no answer before the loop has reported
/// that the question was painted and that all keys typed before it were handled.
package struct Question: Hashable, Sendable {
  let words: [String]

  init(_ words: [String]) { self.words = words }

  /// Whether `other` has all words of this question; a question that only lost some was read already.
  package func isCovered(by other: Question?) -> Bool {
    guard let other, words.first == other.words.first else { return false }
    return Set(words).isSubset(of: other.words)
  }
}

extension App {
  /// The topmost visible question; `nil` if the window is too small to show it.
  package var question: Question? {
    guard Self.hasRoom(state.size) else { return nil }
    let lowest = layers.lastIndex { !$0.isOverlay } ?? 0
    return layers.dropFirst(lowest).reversed().lazy.compactMap(\.question).first
  }

  /// Reports that `question` was painted, and that all keys typed before it were handled.
  package mutating func noteShown(_ question: Question?) {
    shownQuestion = question
  }
}
