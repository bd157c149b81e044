/// A version, ordered as by Semantic Versioning 2.0.0.
///
/// Parsing is tolerant of what packages and servers write: a leading `v`, and a missing minor or patch number. Order
/// and equality are strict and ignore build metadata (§10).
package struct SemanticVersion: Sendable {
  package var major: Int
  package var minor: Int
  package var patch: Int
  /// The dot-separated identifiers after the hyphen; empty for a release.
  package var prerelease: [String]
  /// The text after the plus sign, or empty.
  package var build: String

  package init(_ major: Int, _ minor: Int, _ patch: Int, prerelease: [String] = [], build: String = "") {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.build = build
  }

  /// Parses `1.2.3-rc.1+build`, `v1.2` and the like; `nil` if `text` is not a version.
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

  /// The version without its pre-release: `1.29.1` for `1.29.1-eks-508b6b3`.
  package var release: SemanticVersion { SemanticVersion(major, minor, patch) }

  /// The identifiers after the hyphen; `nil` if one is invalid, such as a number with a leading zero (§9).
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

  /// Numbers compare as numbers and precede other identifiers, which compare by their bytes (§11.4).
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

  /// Orders versions; texts that are not versions come first, in lexicographic order.
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
  /// The text before and after the first `character`; `nil` for the latter if there is none.
  func cut(at character: Character) -> (Substring, Substring?) {
    guard let index = firstIndex(of: character) else { return (self, nil) }
    return (self[..<index], self[self.index(after: index)...])
  }
}
