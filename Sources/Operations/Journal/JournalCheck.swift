import Manifest
import Platform

/// Checks whether the lines of a journal are as they were written: none changed, removed or inserted.
package struct JournalCheck: Hashable, Sendable {
  /// A problem with a line.
  package struct Flaw: Hashable, Sendable {
    /// The number of the line in the file, from one.
    package let line: Int
    package let text: String
  }

  /// The number of the last valid line.
  package private(set) var count = 0
  /// The hash of that line.
  package private(set) var head = Journal.origin
  package private(set) var flaws: [Flaw] = []
  /// Lines that were cut off while they were written; nothing else was lost.
  package private(set) var broken: [Int] = []
  private var hashes: Set<String> = [Journal.origin]
  /// Lines before the current one that are not lines of a journal.
  private var strange: [Int] = []

  /// Checks the bytes of a whole journal.
  package init(_ bytes: [UInt8]) {
    for (index, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated()
    where !line.isEmpty {
      check(Array(line), number: index + 1)
    }
    resolveStrangeLines(mayBeCutOff: bytes.last != UInt8(ascii: "\n"))
  }

  /// Whether a line has this hash, which the system log recorded.
  package func has(_ hash: String) -> Bool { hashes.contains(hash) }

  /// Sorts the strange lines before the current one: a single one was cut off if the current line says so, or if it is
  /// the last line and incomplete; others are flaws.
  private mutating func resolveStrangeLines(mayBeCutOff: Bool) {
    if mayBeCutOff, strange.count == 1 {
      broken += strange
    } else {
      flaws += strange.map {
        Flaw(line: $0, text: "it is no line of a journal: it was put in, or changed")
      }
    }
    strange = []
  }

  private mutating func check(_ line: [UInt8], number: Int) {
    guard let value = try? JSON.parse(line), let hash = value["hash"]?.string else {
      strange.append(number)
      return
    }
    resolveStrangeLines(mayBeCutOff: value["brokenBefore"] == true)
    let entryNumber = value["n"]?.integer
    func note(_ text: String) { flaws.append(Flaw(line: number, text: text)) }
    if !Self.has(line, hash) { note("it does not have the hash that it says: it was changed") }
    if value["previous"]?.string != head {
      note("it does not follow the line before it: something was changed, taken out or put in")
    } else if entryNumber != count + 1 {
      note("it is number \(entryNumber ?? 0), and \(count + 1) was to come")
    }
    (count, head) = (entryNumber ?? count + 1, hash)
    hashes.insert(hash)
  }

  /// Whether `line` ends with `hash`, and that is the hash of the line without it.
  private static func has(_ line: [UInt8], _ hash: String) -> Bool {
    let end = Array(",\"hash\":\"\(hash)\"}".utf8)
    return line.suffix(end.count).elementsEqual(end)
      && SHA256.hex(line.dropLast(end.count) + [UInt8(ascii: "}")]) == hash
  }
}
