import Platform

/// A constraint on versions, in the language of Masterminds' semver 3.4, which KubeSphere and helm use: `>=1.19.0-0
/// <2`, `~1.2 || ^3`, `1.2 - 1.4.5`, `1.x`, `*`.
///
/// A pre-release satisfies a group of comparisons only if one of them names a pre-release (in helm 3.17, which still
/// has semver 3.3, each of them must). So `v1.29.1-eks-1` fails `>=1.19.0` and passes `>=1.19.0-0` (docs/KUBESPHERE.md:
/// Extension status).
package struct VersionConstraint: Hashable, Sendable {
  /// A version satisfies the constraint when all comparisons of one group hold.
  private var groups: [[VersionComparison]] = []

  /// Parses a constraint; `nil` if `text` is not one.
  ///
  /// An empty text is `*`: every version that is not a pre-release.
  package init?(_ text: String) {
    var rest = text.allSatisfy(\.isWhitespace) ? "*" : text[...]
    while true {
      guard let group = VersionComparison.group(&rest) else { return nil }
      groups.append(group)
      if rest.isEmpty { return }
      guard rest.hasPrefix("||") else { return nil }
      rest = rest.dropFirst(2)
    }
  }

  /// `text`, or, if that is a bare version, the constraint that requires this version or a newer one.
  ///
  /// `-0` allows vendors' builds, whose versions look like pre-releases.
  package static func orMinimum(_ text: String) -> String {
    guard let version = SemanticVersion(text.trimmed()) else { return text }
    return version.prerelease.isEmpty ? ">=\(version.release)-0" : ">=\(version)"
  }

  package func allows(_ version: SemanticVersion) -> Bool {
    groups.contains { group in
      (version.prerelease.isEmpty || group.contains { !$0.version.prerelease.isEmpty })
        && group.allSatisfy { $0.allows(version) }
    }
  }

  /// Whether the comparisons hold by order alone, with a pre-release treated like any other version.
  package func holdsInOrder(for version: SemanticVersion) -> Bool {
    groups.contains { $0.allSatisfy { $0.allows(version) } }
  }

  /// The lower bound of the versions that it allows; zero if there is none.
  package var lowest: SemanticVersion {
    let zero = SemanticVersion(0, 0, 0)
    return groups.map { $0.compactMap(\.lowest).max() ?? zero }.min() ?? zero
  }
}

/// One comparison, such as `>=1.19`, and how much of its version was written.
struct VersionComparison: Hashable, Sendable {
  enum Operator: String, CaseIterable {
    case equal = "=", notEqual = "!=", greater = ">", less = "<", atLeast = ">=", atMost = "<="
    case tilde = "~", caret = "^"
  }

  /// Which numbers are open, because they are missing, `x` or `*`; an open number counts as zero.
  enum Precision {
    case nothing, major, minor, full
  }

  var comparison: Operator
  var version: SemanticVersion
  var precision: Precision

  /// The lower bound of the comparison; `nil` if it has none.
  var lowest: SemanticVersion? {
    switch comparison {
    case .equal, .greater, .atLeast, .tilde, .caret: version
    case .notEqual, .less, .atMost: nil
    }
  }

  /// Whether the comparison holds; the constraint calls this for a pre-release only if the group allows pre-releases.
  func allows(_ candidate: SemanticVersion) -> Bool {
    switch comparison {
    case .equal: precision == .full ? candidate == version : isWithinTilde(candidate)
    case .notEqual: differs(candidate)
    case .greater: isAbove(candidate)
    case .less: candidate < version
    case .atLeast: candidate >= version
    case .atMost: isAtMost(candidate)
    case .tilde: isWithinTilde(candidate)
    case .caret: isWithinCaret(candidate)
    }
  }

  /// `!=4.1` excludes all of 4.1; with a pre-release, only versions of 4.1 with the same pre-release.
  private func differs(_ candidate: SemanticVersion) -> Bool {
    switch precision {
    case .major: candidate.major != version.major
    case .minor: !sharesMinor(candidate) || candidate.prerelease != version.prerelease
    case .nothing, .full: candidate != version
    }
  }

  /// `>1.2` begins at 1.3, and `>1` at 2.
  private func isAbove(_ candidate: SemanticVersion) -> Bool {
    switch precision {
    case .major: candidate.major > version.major
    case .minor: candidate.major > version.major || (sharesMajor(candidate) && candidate.minor > version.minor)
    case .nothing, .full: candidate > version
    }
  }

  /// `<=1.2` includes all of 1.2, and `<=1` all of 1.
  private func isAtMost(_ candidate: SemanticVersion) -> Bool {
    switch precision {
    case .full: candidate <= version
    case .major: candidate.major <= version.major
    case .nothing, .minor:
      candidate.major < version.major || (sharesMajor(candidate) && candidate.minor <= version.minor)
    }
  }

  /// `~1.2.3` and `~1.2` stay within 1.2, `~1` within 1; `~0.0.0` and `~*` have no upper bound.
  private func isWithinTilde(_ candidate: SemanticVersion) -> Bool {
    guard candidate >= version else { return false }
    let isZero = version.release == SemanticVersion(0, 0, 0)
    if isZero, precision == .full || precision == .nothing { return true }
    return precision == .major ? sharesMajor(candidate) : sharesMinor(candidate)
  }

  /// `^` keeps the leftmost number that is not zero.
  private func isWithinCaret(_ candidate: SemanticVersion) -> Bool {
    guard candidate >= version, sharesMajor(candidate) else { return false }
    if version.major > 0 || precision == .major { return true }
    guard sharesMinor(candidate) else { return false }
    return version.minor > 0 || precision == .minor || candidate.patch == version.patch
  }

  private func sharesMajor(_ candidate: SemanticVersion) -> Bool { candidate.major == version.major }

  private func sharesMinor(_ candidate: SemanticVersion) -> Bool {
    sharesMajor(candidate) && candidate.minor == version.minor
  }
}

extension VersionComparison {
  /// Removes the comparisons of one group, separated by blanks or commas, from the front of `rest`; `||` begins the
  /// next group.
  static func group(_ rest: inout Substring) -> [VersionComparison]? {
    var result: [VersionComparison] = []
    while true {
      skipBlanks(&rest)
      guard let comparisons = next(&rest) else { return nil }
      result += comparisons
      let isSeparated = skipBlanks(&rest)
      if rest.isEmpty || rest.hasPrefix("||") { return result }
      if rest.first == "," {
        rest = rest.dropFirst()
      } else if !isSeparated {
        return nil
      }
    }
  }

  /// One comparison, or the two of a range: `1.2 - 1.4.5` is `>=1.2, <=1.4.5`; the hyphen needs blanks around it.
  private static func next(_ rest: inout Substring) -> [VersionComparison]? {
    let sign = rest.prefix { "=!<>~^".contains($0) }
    guard let comparison = operators[String(sign)] else { return nil }
    rest = rest.dropFirst(sign.count)
    skipBlanks(&rest)
    guard let (version, precision) = partialVersion(&rest) else { return nil }
    var after = rest
    guard sign.isEmpty, skipBlanks(&after), after.first == "-" else {
      return [VersionComparison(comparison: comparison, version: version, precision: precision)]
    }
    after = after.dropFirst()
    guard skipBlanks(&after), let (high, highPrecision) = partialVersion(&after) else { return nil }
    rest = after
    return [
      VersionComparison(comparison: .atLeast, version: version, precision: precision),
      VersionComparison(comparison: .atMost, version: high, precision: highPrecision),
    ]
  }

  private static let operators: [String: Operator] = {
    var table = Dictionary(uniqueKeysWithValues: Operator.allCases.map { ($0.rawValue, $0) })
    table[""] = .equal
    table["=>"] = .atLeast
    table["=<"] = .atMost
    table["~>"] = .tilde
    return table
  }()

  /// Removes `1`, `1.x`, `v1.2.*` or `1.2.3-rc.1`; after an open number, all further ones are open too.
  private static func partialVersion(_ rest: inout Substring) -> (SemanticVersion, Precision)? {
    let word = rest.prefix { !isBlank($0) && $0 != "," && $0 != "|" }
    rest = rest[word.endIndex...]
    let (text, build) = (word.first == "v" ? word.dropFirst() : word).cut(at: "+")
    let (core, suffix) = text.cut(at: "-")
    let parts = core.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isNumeral) }) else {
      return nil
    }
    let written = parts.prefix { !["x", "X", "*"].contains($0) }
    let numbers = written.compactMap { SemanticVersion.number($0) }
    guard numbers.count == written.count, let prerelease = SemanticVersion.prerelease(suffix),
      SemanticVersion.isBuild(build)
    else { return nil }
    let known = numbers + [0, 0, 0]
    let precisions: [Precision] = [.nothing, .major, .minor, .full]
    return (SemanticVersion(known[0], known[1], known[2], prerelease: prerelease), precisions[numbers.count])
  }

  private static func isNumeral(_ character: Character) -> Bool {
    character.isASCII && (character.isNumber || "xX*".contains(character))
  }

  private static func isBlank(_ character: Character) -> Bool { character.isASCII && character.isWhitespace }

  /// Returns true if there was a blank.
  @discardableResult
  private static func skipBlanks(_ rest: inout Substring) -> Bool {
    let start = rest.startIndex
    rest = rest.drop(while: isBlank)
    return rest.startIndex > start
  }
}
