import Extensions
package import Platform

/// A filter that the user typed: the language of the console's `/` and of `--where`.
///
/// Terms are separated by blanks, and all of them must match:
///
///     security          a word, searched in title, name, category, provider, keywords, description and versions
///     "log lens"        the same, with a blank in it or with characters that would have a meaning
///     installed         and update, failed, off, busy: the status of an extension
///     state:failed      a key; also = != and, for ordered values, >= <= > < (`FilterKey`)
///     -f lgl            letters that occur in this order in title or name
///     -l app=web        labels of the extension's object, and its properties as `ksx list` shows them
///     !term             everything that does not match the term
///
/// A term about something that is not known of an extension, such as the dependencies of a version that was not read,
/// does not match, also with `!`.
package struct ExtensionFilter: Hashable, Sendable {
  package let text: String
  /// The first thing in the text that cannot be parsed; its term is ignored, so that the list stays usable while the
  /// user types.
  package let problem: FilterProblem?
  private let terms: [FilterTerm]

  package init(_ text: String = "") {
    self.text = text
    var parser = FilterParser(text)
    (terms, problem) = parser.parse()
  }

  /// Whether it accepts everything.
  package var isEmpty: Bool { terms.isEmpty }

  package func accepts(_ subject: FilterSubject, at now: Timestamp) -> Bool {
    terms.allSatisfy { $0.accepts(subject, at: now) }
  }

  /// Whether it needs the versions, for `kube`, `ks` or `needs`.
  package var asksVersions: Bool { terms.contains { $0.condition.asksVersions } }

  /// Whether it has words, which are also searched in the titles of categories and the keywords of versions.
  package var hasWords: Bool {
    terms.contains { if case .text = $0.condition { true } else { false } }
  }

  /// Whether it needs the categories.
  package var asksCategories: Bool {
    hasWords || terms.contains { if case .words(.category, _, _) = $0.condition { true } else { false } }
  }
}

/// A part of a filter that cannot be parsed, and its position.
package struct FilterProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it begins, in characters, counted from one.
  package let column: Int
  package let sentence: Sentence
  /// Whether more text may make it valid.
  package let isUnfinished: Bool

  package var description: String { placed.english }
  /// The sentence with its position.
  package var placed: Sentence { "column \(column): \(sentence)" }
}

/// The keys of a filter.
package enum FilterKey: String, CaseIterable, Sendable {
  /// The word of the state; `:` finds a substring of it.
  case state
  /// The running version, else the recommended one.
  case version
  /// The Kubernetes version: `kube:1.27` matches what runs on it, `kube>=1.27` what requires at least that.
  case kube
  /// The KubeSphere version, likewise.
  case ks
  case repo, category
  /// When its installation last changed: an age, `since:2h`, or a day, `since:2026-05-01`.
  case since
  /// The name of an extension that it depends on.
  case needs

  /// Whether its values can be compared with `<` and `>`.
  var isOrdered: Bool {
    switch self {
    case .version, .kube, .ks, .since: true
    case .state, .repo, .category, .needs: false
    }
  }
}

/// The status of an extension, in one word.
package enum FilterFlag: String, CaseIterable, Sendable {
  case installed, update, failed, off, busy

  func holds(of row: ExtensionRow) -> Bool {
    let status = row.status
    return switch self {
    case .installed: status.isInstalled || !status.running.isEmpty
    case .update: row.hasUpdate
    case .failed: status.state.isFailure
    case .off: status.isEnabled == false && status.isInstalled
    case .busy: status.state.isBusy || status.isBeingDeleted || (status.isInstalled && status.state == .none)
    }
  }
}
