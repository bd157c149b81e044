package import Extensions
package import Platform

/// Who changed an installation last, as far as the object itself tells.
package struct LastChange: Hashable, Sendable {
  /// `by ada`, or `by kubectl-patch, person not recorded`.
  package var who: Sentence
  /// What was done.
  package var what: Sentence
  /// RFC 3339, or empty.
  package var time: String
  package var reason = ""

  /// `nil` where nothing is told.
  ///
  /// What ksx has noted stays on the object when others change it: it is the last word only while no other has written since.
  package init?(_ installation: Installation) {
    let noted = Authorship(installation)
    let others = installation.specWriters.filter { $0.manager != "ksx" }
    let other = others.max { $0.time < $1.time }
    if let other, Timestamp.isLater(other.time, than: noted?.time) {
      (who, what, time) = ("by \(other.manager), person not recorded", other.sentence, other.time)
    } else if let noted {
      (who, what, time) = ("by \(noted.author.name)", Change.phrase(noted.words), noted.time)
      reason = noted.author.reason
    } else {
      return nil
    }
  }
}

/// A manager that has written into the spec, as its object keeps account of it.
struct SpecWriter: Hashable {
  var manager: String
  /// When it wrote last.
  var time: String
  /// All that it has written and no other since, the last time or before.
  var fields: [String]

  /// `wrote version`; of several it is not told which of them it wrote last.
  var sentence: Sentence {
    fields.count == 1 ? "wrote \(fields[0])" : "wrote one or more of \(fields.joined(separator: ", "))"
  }

  /// The same as data again, where `words` are that; `nil` where they are something else.
  static func sentence(_ words: String) -> Sentence? {
    func rest(after start: String) -> String? { words.hasPrefix(start) ? String(words.dropFirst(start.count)) : nil }
    if let fields = rest(after: "wrote one or more of ") { return "wrote one or more of \(fields)" }
    return rest(after: "wrote ").map { "wrote \($0)" }
  }
}

extension Installation {
  /// Who has written into the spec.
  var specWriters: [SpecWriter] {
    let words = ["extension": "version", "config": "config", "enabled": "enabled", "clusterScheduling": "placement"]
    return writers.compactMap { writer in
      let fields = writer.fields.compactMap { words[$0] }.sorted()
      return fields.isEmpty ? nil : SpecWriter(manager: writer.manager, time: writer.time, fields: fields)
    }
  }
}

extension Timestamp {
  fileprivate static func isLater(_ time: String, than other: String?) -> Bool {
    guard let seconds = seconds(time) else { return other == nil }
    return other.flatMap { Self.seconds($0) }.map { seconds > $0 } ?? true
  }
}
