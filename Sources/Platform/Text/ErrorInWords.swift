/// An error whose words are a sentence, which is translated where it is drawn, also within another sentence.
package protocol ErrorInWords: Error, CustomStringConvertible {
  /// The whole error in words.
  var sentence: Sentence { get }
}

extension ErrorInWords {
  package var description: String { sentence.english }
}

extension Sentence.Parts {
  package mutating func appendInterpolation(_ error: some ErrorInWords) { appendInterpolation(error.sentence) }
}
