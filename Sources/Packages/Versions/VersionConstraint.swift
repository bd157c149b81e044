/// A condition on versions, in the language of Masterminds' semver, which KubeSphere and helm read:
/// `>=1.19.0-0 <2`, `~1.2 || ^3`, `1.2 - 1.4.5`, `1.x`, `*`.
///
/// A pre-release satisfies only a comparison that names a pre-release itself, so `v1.29.1-eks-1`
/// fails `>=1.19.0` and passes `>=1.19.0-0` (docs/KUBESPHERE.md: Extension status).
package struct VersionConstraint: Hashable, Sendable {
  /// One of the groups must hold, with all of its comparisons.
  private var groups: [[VersionComparison]]

  /// Reads a constraint; `nil` when `text` is none.
  ///
  /// An empty text allows every version.
  package init?(_ text: String) {
    groups = []
    for part in text.split(separator: "||") {
      guard let group = VersionComparison.group(part) else { return nil }
      groups.append(group)
    }
  }

  package func allows(_ version: SemanticVersion) -> Bool {
    groups.isEmpty || groups.contains { group in group.allSatisfy { $0.allows(version) } }
  }
}

/// One comparison, such as `>=1.19`, and how much of its version was written.
struct VersionComparison: Hashable, Sendable {
  enum Operator: String, CaseIterable {
    case equal = "=", notEqual = "!=", greater = ">", less = "<", atLeast = ">=", atMost = "<="
    case tilde = "~", caret = "^"
  }

  /// What a blank, an `x` or a `*` leaves open.
  enum Precision {
    case nothing, major, minor, full
  }

  var comparison: Operator
  var version: SemanticVersion
  var precision: Precision

  func allows(_ candidate: SemanticVersion) -> Bool {
    if !candidate.prerelease.isEmpty, version.prerelease.isEmpty { return false }
    if precision == .nothing { return comparison != .notEqual && comparison != .greater && comparison != .less }
    switch comparison {
    case .equal: return precision == .full ? candidate == version : isWithinTilde(candidate)
    case .notEqual: return precision == .full ? candidate != version : !sharesWhatIsWritten(candidate)
    case .greater: return candidate > version && !(precision != .full && sharesWhatIsWritten(candidate))
    case .less: return candidate < version
    case .atLeast: return candidate >= version
    case .atMost: return candidate <= version || (precision != .full && sharesWhatIsWritten(candidate))
    case .tilde: return isWithinTilde(candidate)
    case .caret: return isWithinCaret(candidate)
    }
  }

  /// Equal as far as the constraint's version was written: `1.x` covers all of 1.
  private func sharesWhatIsWritten(_ candidate: SemanticVersion) -> Bool {
    candidate.major == version.major && (precision == .major || candidate.minor == version.minor)
  }

  /// `~1.2.3` and `~1.2` stay within 1.2, `~1` within 1.
  private func isWithinTilde(_ candidate: SemanticVersion) -> Bool {
    candidate >= version && sharesWhatIsWritten(candidate)
  }

  /// `^` keeps the leftmost number that is not zero.
  private func isWithinCaret(_ candidate: SemanticVersion) -> Bool {
    guard candidate >= version, candidate.major == version.major else { return false }
    if version.major > 0 || precision == .major { return true }
    guard candidate.minor == version.minor else { return false }
    return version.minor > 0 || precision == .minor || candidate.patch == version.patch
  }
}

extension VersionComparison {
  /// The comparisons of one group, parted by blanks or commas.
  static func group(_ text: Substring) -> [VersionComparison]? {
    if let range = hyphenRange(text) { return range }
    var rest = text
    var result: [VersionComparison] = []
    while true {
      rest = rest.drop { $0 == " " || $0 == "," || $0 == "\t" }
      if rest.isEmpty { return result.isEmpty ? nil : result }
      guard let comparison = next(&rest) else { return nil }
      result.append(comparison)
    }
  }

  /// `1.2 - 1.4.5` is `>=1.2 <=1.4.5`; the hyphen stands between blanks.
  private static func hyphenRange(_ text: Substring) -> [VersionComparison]? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard words.count == 3, words[1] == "-" else { return nil }
    guard let (low, lowPrecision) = partialVersion(words[0]), let (high, highPrecision) = partialVersion(words[2])
    else { return nil }
    return [
      VersionComparison(comparison: .atLeast, version: low, precision: lowPrecision),
      VersionComparison(comparison: .atMost, version: high, precision: highPrecision),
    ]
  }

  private static func next(_ rest: inout Substring) -> VersionComparison? {
    let sign = rest.prefix { "=!<>~^".contains($0) }
    guard let comparison = operators[String(sign)] else { return nil }
    rest = rest.dropFirst(sign.count).drop { $0 == " " }
    let word = rest.prefix { $0 != " " && $0 != "," && $0 != "\t" && !"=!<>~^".contains($0) }
    rest = rest.dropFirst(word.count)
    guard let (version, precision) = partialVersion(word) else { return nil }
    return VersionComparison(comparison: comparison, version: version, precision: precision)
  }

  private static let operators: [String: Operator] = {
    var table = Dictionary(uniqueKeysWithValues: Operator.allCases.map { ($0.rawValue, $0) })
    table[""] = .equal
    table["=>"] = .atLeast
    table["=<"] = .atMost
    table["~>"] = .tilde
    return table
  }()

  /// Reads `1`, `1.x`, `v1.2.*`, `1.2.3-rc.1`; what follows an open number must be open too.
  private static func partialVersion(_ word: Substring) -> (SemanticVersion, Precision)? {
    var text = word.cut(at: "+").0
    if text.first == "v" { text = text.dropFirst() }
    let (core, suffix) = text.cut(at: "-")
    let parts = core.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    let written = parts.prefix { !["x", "X", "*"].contains($0) }
    let numbers = written.compactMap { SemanticVersion.number($0) }
    guard numbers.count == written.count else { return nil }
    let prerelease = suffix?.split(separator: ".", omittingEmptySubsequences: false).map(String.init) ?? []
    guard prerelease.allSatisfy(SemanticVersion.isIdentifier) else { return nil }
    let known = numbers + [0, 0, 0]
    let precisions: [Precision] = [.nothing, .major, .minor, .full]
    return (SemanticVersion(known[0], known[1], known[2], prerelease: prerelease), precisions[numbers.count])
  }
}
