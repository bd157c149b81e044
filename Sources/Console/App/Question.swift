/// What a key could agree to, in the words on the screen.
///
/// A key answers only what its typist could read: the app takes none for an answer before the loop has told it
/// that the question was painted and that everything typed before is gone.
package struct Question: Hashable, Sendable {
  let words: [String]

  init(_ words: [String]) { self.words = words }

  /// Whether a user who has read `other` has read all of this: a gap that was filled meanwhile asks nothing new.
  package func isCovered(by other: Question?) -> Bool {
    guard let other, words.first == other.words.first else { return false }
    return Set(words).isSubset(of: other.words)
  }
}

extension App {
  /// The topmost question that can be seen; none can where the window is too small for it.
  package var question: Question? {
    guard Self.hasRoom(state.size) else { return nil }
    let lowest = layers.lastIndex { !$0.isOverlay } ?? 0
    return layers.dropFirst(lowest).reversed().lazy.compactMap(\.question).first
  }

  /// Tells the app that `question` was painted, and that everything typed before is gone.
  package mutating func hasShown(_ question: Question?) {
    shownQuestion = question
  }
}
