import Extensions
import Packages
import Platform

/// One term of a filter.
struct FilterTerm: Hashable, Sendable {
  let condition: Condition
  let isInverse: Bool

  /// What a term tests.
  enum Condition: Hashable, Sendable {
    case text(Needle)
    case fuzzy([UInt8])
    case flag(FilterFlag)
    case label(key: String, value: String, isEqual: Bool)
    /// A key whose values are words, in lower case.
    case words(FilterKey, FilterComparison, String)
    /// The running version, else the recommended one.
    case version(VersionConstraint)
    /// Whether the version runs on a platform, `.kube` or `.ks`, of this version.
    case suits(FilterKey, SemanticVersion, isWanted: Bool)
    /// The lowest platform version that the version requires.
    case asks(FilterKey, VersionConstraint)
    case changed(ChangedWhen)

    var asksVersions: Bool {
      switch self {
      case .suits, .asks, .words(.needs, _, _): true
      default: false
      }
    }
  }

  func accepts(_ subject: FilterSubject, at now: Timestamp) -> Bool {
    condition.holds(of: subject, at: now).map { $0 != isInverse } ?? false
  }
}

/// How a key and a value are compared.
enum FilterComparison: String, CaseIterable, Sendable {
  /// Longest first, because they are parsed in this order.
  case atLeast = ">=", atMost = "<=", different = "!=", above = ">", below = "<", equal = "=", like = ":"

  var hasOrder: Bool { [.atLeast, .atMost, .above, .below].contains(self) }

  func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
    switch self {
    case .atLeast: left >= right
    case .atMost: left <= right
    case .above: left > right
    case .below: left < right
    case .equal, .like: left == right
    case .different: left != right
    }
  }
}

/// When an installation last changed, as a filter asks for it.
enum ChangedWhen: Hashable, Sendable {
  /// An age in seconds.
  case ago(FilterComparison, Int)
  /// A time, in seconds since 1970.
  case at(FilterComparison, Int)

  /// `since:2h` matches the last two hours, and `since:2026-05-01` that day and later.
  func holds(of time: Int, at now: Int) -> Bool {
    switch self {
    case .ago(.like, let seconds), .ago(.equal, let seconds): now - time <= seconds
    case .ago(.different, let seconds): now - time > seconds
    case .ago(let comparison, let seconds): comparison.holds(now - time, seconds)
    case .at(.like, let moment), .at(.equal, let moment): time >= moment
    case .at(.different, let moment): time < moment
    case .at(let comparison, let moment): comparison.holds(time, moment)
    }
  }
}

extension FilterTerm.Condition {
  /// Whether the condition holds; `nil` if the extension's data does not tell.
  func holds(of subject: FilterSubject, at now: Timestamp) -> Bool? {
    switch self {
    case .text(let needle): return subject.has(needle)
    case .fuzzy(let letters):
      return [subject.row.title, subject.row.name].contains { Self.has(letters, inOrderIn: $0.lowercased().utf8) }
    case .flag(let flag): return flag.holds(of: subject.row)
    case .label(let key, let value, let isEqual): return (subject.label(key)?.lowercased() == value) == isEqual
    case .words(let key, let comparison, let value): return Self.holds(subject, key, comparison, value)
    case .version(let constraint):
      let running = subject.row.status.running
      return SemanticVersion(running.isEmpty ? subject.row.recommended : running).map(constraint.holdsInOrder)
    case .suits(let key, let platform, let isWanted):
      return subject.constraint(key).map { ($0?.allows(platform) ?? true) == isWanted }
    case .asks(let key, let wanted):
      return subject.constraint(key).map { wanted.holdsInOrder(for: $0?.lowest ?? SemanticVersion(0, 0, 0)) }
    case .changed(let when):
      return Timestamp.seconds(subject.row.changed).map { when.holds(of: $0, at: now.secondsSince1970) }
    }
  }

  private static func holds(
    _ subject: FilterSubject, _ key: FilterKey, _ comparison: FilterComparison, _ value: String
  ) -> Bool? {
    let row = subject.row
    let texts: [String]
    switch key {
    case .state: texts = [row.status.word.lowercased()]
    case .repo: texts = [row.repository.lowercased()]
    case .category: texts = subject.categories
    default:
      guard let version = subject.version else { return nil }
      texts = version.dependencies.filter { $0.type == "extension" }.map { $0.name.lowercased() }
    }
    switch comparison {
    case .like: return texts.contains { $0.containsText(value) }
    case .different: return !texts.contains(value)
    default: return texts.contains(value)
    }
  }

  private static func has(_ letters: [UInt8], inOrderIn text: String.UTF8View) -> Bool {
    var rest = letters[...]
    for byte in text where byte == rest.first { rest = rest.dropFirst() }
    return rest.isEmpty
  }
}

extension FilterSubject {
  /// The platform constraint of the version: `nil` if the version is not known, `.some(nil)` if it has no constraint.
  fileprivate func constraint(_ key: FilterKey) -> VersionConstraint?? {
    guard let version else { return nil }
    let text = key == .kube ? version.kubeVersion : version.ksVersion
    return .some(text.isEmpty ? nil : VersionConstraint(text))
  }
}
