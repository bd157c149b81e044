/// A version as Semantic Versioning 2.0.0 orders them.
///
/// Reading is tolerant of what packages and servers write: a leading `v`, and a missing minor or
/// patch number. Ordering and equality are strict; build metadata counts for neither (§10).
package struct SemanticVersion: Sendable {
  package var major: Int
  package var minor: Int
  package var patch: Int
  /// The dot-separated words after the hyphen; none for a release.
  package var prerelease: [String]
  /// What stands after the plus sign, or empty.
  package var build: String

  package init(_ major: Int, _ minor: Int, _ patch: Int, prerelease: [String] = [], build: String = "") {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.build = build
  }

  /// Reads `1.2.3-rc.1+build`, `v1.2` and the like; `nil` when `text` is not a version.
  package init?(_ text: some StringProtocol) {
    var rest = Substring(text)
    if rest.first == "v" || rest.first == "V" { rest = rest.dropFirst() }
    let (beforeBuild, build) = rest.cut(at: "+")
    let (core, words) = beforeBuild.cut(at: "-")
    let numbers = core.split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
    guard (1...3).contains(numbers.count), !numbers.contains(nil) else { return nil }
    guard let prerelease = Self.prerelease(words), Self.isBuild(build) else { return nil }
    let known = numbers.compactMap { $0 } + [0, 0]
    self.init(known[0], known[1], known[2], prerelease: prerelease, build: build.map(String.init) ?? "")
  }

  /// The version without what makes it a pre-release: `1.29.1` of `1.29.1-eks-508b6b3`.
  package var release: SemanticVersion { SemanticVersion(major, minor, patch) }

  /// The words after the hyphen; a number among them begins with no zero (§9).
  static func prerelease(_ words: Substring?) -> [String]? {
    let words = words?.split(separator: ".", omittingEmptySubsequences: false).map(String.init) ?? []
    let areWords = words.allSatisfy { word in
      isIdentifier(word) && (word == "0" || !word.hasPrefix("0") || number(word) == nil)
    }
    return areWords ? words : nil
  }

  static func isBuild(_ words: Substring?) -> Bool {
    words?.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isIdentifier) ?? true
  }

  static func isIdentifier(_ word: some StringProtocol) -> Bool {
    !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
      }
  }

  static func number(_ digits: some StringProtocol) -> Int? {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int(digits)
  }
}

extension SemanticVersion: Hashable, Comparable {
  package static func == (left: SemanticVersion, right: SemanticVersion) -> Bool {
    (left.major, left.minor, left.patch) == (right.major, right.minor, right.patch)
      && left.prerelease == right.prerelease
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(major)
    hasher.combine(minor)
    hasher.combine(patch)
    hasher.combine(prerelease)
  }

  package static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
    let (a, b) = ((left.major, left.minor, left.patch), (right.major, right.minor, right.patch))
    if a != b { return a < b }
    // A pre-release comes before its release (§11.3).
    if left.prerelease.isEmpty || right.prerelease.isEmpty {
      return !left.prerelease.isEmpty && right.prerelease.isEmpty
    }
    for (mine, other) in zip(left.prerelease, right.prerelease) where mine != other {
      return wordPrecedes(mine, other)
    }
    return left.prerelease.count < right.prerelease.count
  }

  /// Numbers compare as numbers and come before words, which compare by their bytes (§11.4).
  private static func wordPrecedes(_ left: String, _ right: String) -> Bool {
    switch (number(left), number(right)) {
    case (let a?, let b?): a < b
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): left.utf8.lexicographicallyPrecedes(right.utf8)
    }
  }
}

extension SemanticVersion: CustomStringConvertible {
  package var description: String {
    "\(major).\(minor).\(patch)"
      + (prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: "."))
      + (build.isEmpty ? "" : "+" + build)
  }

  /// Versions in their order; texts that are no versions come first, in the order of their letters.
  package static func precedes(_ left: String, _ right: String) -> Bool {
    switch (SemanticVersion(left), SemanticVersion(right)) {
    case (let a?, let b?): a == b ? left < right : a < b
    case (nil, _?): true
    case (_?, nil): false
    case (nil, nil): left < right
    }
  }
}

extension Substring {
  /// What stands before the first `character`, and what after it, if it is there.
  func cut(at character: Character) -> (Substring, Substring?) {
    guard let index = firstIndex(of: character) else { return (self, nil) }
    return (self[..<index], self[self.index(after: index)...])
  }
}
