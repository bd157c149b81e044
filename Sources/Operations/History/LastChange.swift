package import Extensions
package import Platform

/// Who changed an installation last, as far as the object records it.
package struct LastChange: Hashable, Sendable {
  /// `by ada`, or `by kubectl-patch, person not recorded`.
  package var who: Sentence
  /// What was done.
  package var what: Sentence
  /// RFC 3339, or empty.
  package var time: String
  package var reason = ""

  /// `nil` if the object records no writer.
  ///
  /// The annotations of ksx remain on the object when other clients change it, so they count only if no other client
  /// has written since.
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

/// A field manager that has written into the spec (`metadata.managedFields`).
struct SpecWriter: Hashable {
  var manager: String
  /// When it wrote last.
  var time: String
  /// The fields that it owns: written by it, in this write or an earlier one, and by no other manager since.
  var fields: [String]

  /// `wrote version`; of several fields it is not recorded which one was written last.
  var sentence: Sentence {
    fields.count == 1 ? "wrote \(fields[0])" : "wrote one or more of \(fields.joined(separator: ", "))"
  }

  /// Parses `words` back into such a sentence; `nil` if it is not one.
  static func sentence(_ words: String) -> Sentence? {
    func rest(after start: String) -> String? { words.hasPrefix(start) ? String(words.dropFirst(start.count)) : nil }
    if let fields = rest(after: "wrote one or more of ") { return "wrote one or more of \(fields)" }
    return rest(after: "wrote ").map { "wrote \($0)" }
  }
}

extension Installation {
  /// The field managers that have written into the spec.
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
