/// The name among `names` that a user who typed `word` probably meant, or `nil`.
func nearest(to word: String, among names: some Sequence<String>) -> String? {
  let limit = (word.count + 2) / 3
  let candidates = names.map { (name: $0, distance: distance(Array(word), Array($0))) }
    .filter { $0.distance <= limit }
  return candidates.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// `; did you mean NAME?`, or an empty text.
package func suggestion(for word: String, among names: some Sequence<String>) -> String {
  nearest(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
}

/// The same as a translatable sentence.
package func suggestionSentence(for word: String, among names: some Sequence<String>) -> Sentence {
  nearest(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
}

/// The number of insertions, deletions and replacements between two words.
private func distance(_ left: [Character], _ right: [Character]) -> Int {
  var row = Array(0...right.count)
  for (index, character) in left.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, other) in right.enumerated() {
      let replaced = diagonal + (character == other ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}
