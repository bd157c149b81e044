import Platform

/// The texts that stand in a Swift file, each as the template that a `Sentence` makes of it.
struct SourceLiterals {
  private(set) var templates: [String] = []
  private let bytes: [UInt8]

  init(_ source: String) {
    bytes = Array(source.utf8)
    var place = 0
    while place < bytes.count { place = next(place) }
  }

  /// Goes on behind what begins at `place`.
  private mutating func next(_ place: Int) -> Int {
    if has("//", at: place) { return end(of: "\n", after: place) }
    if has("\"\"\"", at: place) { return end(of: "\"\"\"", after: place + 3) }
    if has("#\"", at: place) { return end(of: "\"#", after: place + 2) }
    return bytes[place] == UInt8(ascii: "\"") ? literal(place) : place + 1
  }

  /// Takes in the literal that begins at `start`, and those within what it fills in; returns where it ends.
  private mutating func literal(_ start: Int) -> Int {
    var (text, count, place): ([UInt8], Int, Int) = ([], 0, start + 1)
    while place < bytes.count, bytes[place] != UInt8(ascii: "\""), bytes[place] != UInt8(ascii: "\n") {
      if has("\\(", at: place) {
        text += Array("{\(count)}".utf8)
        count += 1
        place = expression(place + 2)
      } else if bytes[place] == UInt8(ascii: "\\") {
        text += [bytes[place + 1] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : bytes[place + 1]]
        place += 2
      } else {
        text.append(bytes[place])
        place += 1
      }
    }
    templates.append(String(decoding: text, as: UTF8.self))
    return place + 1
  }

  /// Returns where the expression that begins at `start` is closed.
  private mutating func expression(_ start: Int) -> Int {
    var (depth, place) = (1, start)
    while place < bytes.count, depth > 0 {
      switch bytes[place] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "\""):
        place = literal(place)
        continue
      default: break
      }
      place += 1
    }
    return place
  }

  private func has(_ text: StaticString, at place: Int) -> Bool {
    let text = Array("\(text)".utf8)
    return place + text.count <= bytes.count && bytes[place..<(place + text.count)].elementsEqual(text)
  }

  private func end(of text: StaticString, after place: Int) -> Int {
    var place = place
    while place < bytes.count, !has(text, at: place) { place += 1 }
    return place + "\(text)".utf8.count
  }

  /// `template` has words of a language, and not a name alone: a blank, and a word in small letters.
  static func isSentence(_ template: String) -> Bool {
    guard template.contains(" ") else { return false }
    let letters = template.unicodeScalars.split { !("a"..."z").contains($0) }
    return letters.contains { $0.count > 1 }
  }
}
