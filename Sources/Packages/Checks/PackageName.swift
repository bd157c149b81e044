/// Valid names in a package.
enum PackageName {
  /// A DNS name of at most 63 characters, as extensions have, and versions as a part of names.
  static func isName(_ text: String) -> Bool {
    guard text.utf8.count <= 63, !text.isEmpty else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      guard let first = part.utf8.first, let last = part.utf8.last else { return false }
      return isWord(first) && isWord(last) && part.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
    }
  }

  /// A code of ISO 639-1, as `ksbuilder` requires it: no region, and no third letter.
  static func isLanguage(_ text: String) -> Bool { languages.contains(text) }

  private static let languages = Set(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
    ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
    nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
    sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split(whereSeparator: \.isWhitespace).map(String.init))

  /// The name of an image as registries take it: `[HOST/]PATH[:TAG][@DIGEST]` (distribution: reference).
  static func isImage(_ text: String) -> Bool {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let named = parts.first, parts.count == 1 || isDigest(parts[1]) else { return false }
    var components = named.split(separator: "/", omittingEmptySubsequences: false)
    let host = components.count > 1 ? components[0] : ""
    if host.contains(where: { ".:".contains($0) }) || host == "localhost" {
      guard isHost(host) else { return false }
      components.removeFirst()
    }
    guard let last = components.popLast() else { return false }
    let tagged = last.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard tagged.count == 1 || isTag(tagged[1]) else { return false }
    return (components + [tagged[0]]).allSatisfy(isComponent) && named.utf8.count <= 383
  }

  private static func isHost(_ text: Substring) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let isPort = parts.count == 1 || !parts[1].isEmpty && parts[1].utf8.allSatisfy { (48...57).contains($0) }
    return isPort && !parts[0].isEmpty
      && parts[0].utf8.allSatisfy { isWord($0) || (65...90).contains($0) || "-.".utf8.contains($0) }
  }

  /// Small letters and digits, and between them a dot, one or two underscores, or hyphens.
  private static func isComponent(_ text: Substring) -> Bool {
    let separators = text.split(omittingEmptySubsequences: true) { $0.utf8.allSatisfy(isWord) }
    guard let first = text.utf8.first, let last = text.utf8.last, isWord(first), isWord(last) else { return false }
    return separators.allSatisfy { [".", "_", "__"].contains($0) || $0.utf8.allSatisfy { $0 == UInt8(ascii: "-") } }
  }

  private static func isTag(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128, !"-.".utf8.contains(first) else { return false }
    return text.utf8.allSatisfy { isWord($0) || (65...90).contains($0) || "_.-".utf8.contains($0) }
  }

  private static func isDigest(_ text: Substring) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.first.map({ (65...90).contains($0 & 0xdf) }) == true else { return false }
    return parts[1].utf8.count >= 32 && parts[1].allSatisfy { $0.isASCII && $0.isHexDigit }
  }

  private static func isWord(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
}
