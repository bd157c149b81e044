package import Manifest

/// One line of the journal: a write that is about to be sent, or its result.
///
/// It records who did what and where, but not the contents, because a config may contain secrets.
package struct JournalEntry: Hashable, Sendable {
  /// What the line records of the write.
  package enum Event: Hashable, Sendable {
    case sending
    /// The HTTP status code of the response.
    case answered(Int)
    case unanswered(String)
    /// A guardrail refused it, and nothing was sent.
    case refused(String)

    package var word: String {
      switch self {
      case .sending: "sending"
      case .answered: "answered"
      case .unanswered: "unanswered"
      case .refused: "refused"
      }
    }
  }

  package var time: String
  /// The user of this computer, or empty.
  package var person: String
  /// The user that the cluster authenticated, or empty.
  package var user: String
  package var cluster: String
  package var server: String
  /// The command, or empty.
  package var verb: String
  /// The extensions that the command is about.
  package var names: [String]
  package var reason: String
  package var method: String
  /// The path of the object.
  package var target: String
  package var event: Event

  /// The fields in order, as a line has them before its hash.
  var fields: Mapping {
    var fields: Mapping = [
      "time": .string(time), "person": .string(person), "user": .string(user),
      "cluster": .string(cluster),
      "server": .string(server), "verb": .string(verb), "names": .sequence(names.map(Value.string)),
    ]
    if !reason.isEmpty { fields["reason"] = .string(reason) }
    fields["method"] = .string(method)
    fields["target"] = .string(target)
    fields["event"] = .string(event.word)
    switch event {
    case .sending: break
    case .answered(let status): fields["status"] = .integer(status)
    case .unanswered(let reason), .refused(let reason): fields["why"] = .string(reason)
    }
    return fields
  }
}

/// A line of the journal as it was parsed.
package struct JournalLine: Hashable, Sendable {
  package let value: Value

  /// The text of a field, or empty.
  package func text(_ key: String) -> String { value[key]?.string ?? "" }

  /// The result, in words.
  package var outcome: String {
    switch text("event") {
    case "answered":
      value["status"]?.integer.map { $0 < 300 ? "done (\($0))" : "no (\($0))" } ?? "answered"
    case "unanswered": "no answer: \(text("why"))"
    case "refused": "refused: \(text("why"))"
    case let word: word
    }
  }
}
