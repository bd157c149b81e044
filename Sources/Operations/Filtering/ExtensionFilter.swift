import Extensions
package import Platform

/// What a caller typed to see, or to act on, less: the one filter language of the console's `/` and of `--where`.
///
/// Terms stand between blanks, and all of them must hold:
///
///     security          a word, sought in title, name, category, provider, keywords, description and versions
///     "log lens"        the same with a blank in it, or with what would otherwise mean something
///     installed         and update, failed, off, busy: how an extension stands
///     state:failed      a key; also = != and, where there is an order, >= <= > < (`FilterKey`)
///     -f lgl            letters that stand in this order in title or name
///     -l app=web        labels of the extension's object, and its properties as `ksx list` shows them
///     !term             what the term leaves out
///
/// Nothing is asked of it that it does not know: a term about what is not known of an extension, such as the needs of a
/// version that was not read, leaves it out, with `!` as well.
package struct ExtensionFilter: Hashable, Sendable {
  package let text: String
  /// The first thing in the text that is not understood; its term leaves nothing out, so that a text can be typed.
  package let problem: FilterProblem?
  private let terms: [FilterTerm]

  package init(_ text: String = "") {
    self.text = text
    var parser = FilterParser(text)
    (terms, problem) = parser.parse()
  }

  /// Whether it leaves nothing out.
  package var isEmpty: Bool { terms.isEmpty }

  package func accepts(_ subject: FilterSubject, at now: Timestamp) -> Bool {
    terms.allSatisfy { $0.accepts(subject, at: now) }
  }

  /// Whether it asks what only the versions say: `kube`, `ks`, `needs`.
  package var asksVersions: Bool { terms.contains { $0.condition.asksVersions } }

  /// Whether it has words, which are also sought in the titles of categories and the keywords of versions.
  package var hasWords: Bool {
    terms.contains { if case .text = $0.condition { true } else { false } }
  }

  /// Whether it asks what only the categories say.
  package var asksCategories: Bool {
    hasWords || terms.contains { if case .words(.category, _, _) = $0.condition { true } else { false } }
  }
}

/// What is not understood of a filter, and where.
package struct FilterProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it begins, in characters from one.
  package let column: Int
  package let sentence: Sentence
  /// More may be typed that makes sense of it.
  package let isUnfinished: Bool

  package var description: String { placed.english }
  /// The same with its place.
  package var placed: Sentence { "column \(column): \(sentence)" }
}

/// What a filter asks by name.
package enum FilterKey: String, CaseIterable, Sendable {
  /// The word of the state; `:` finds a part of it.
  case state
  /// What runs, else what is recommended.
  case version
  /// The Kubernetes it runs on: `kube:1.27` finds what does, `kube>=1.27` what asks for at least that.
  case kube
  /// The same of KubeSphere.
  case ks
  case repo, category
  /// How long ago its installation last changed, `since:2h`, or since which day, `since:2026-05-01`.
  case since
  /// An extension that it needs.
  case needs

  /// Whether its values have an order.
  var isOrdered: Bool {
    switch self {
    case .version, .kube, .ks, .since: true
    case .state, .repo, .category, .needs: false
    }
  }
}

/// How an extension stands, in a word.
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
