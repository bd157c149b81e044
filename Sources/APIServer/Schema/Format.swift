import Platform

/// A format of strings that a schema can require.
///
/// Other formats are not checked: Kubernetes ignores unknown ones too, and there too the formats of numbers (`int32`)
/// only describe.
enum Format: String, Hashable, Sendable {
  case dateTime = "date-time"
  case date
  case duration
  case byte
  case uuid, uuid3, uuid4, uuid5
  case ipv4
  case ipv6
  case cidr
  case mac
  case email
  case hostname
  case uri
  case isbn, isbn10, isbn13
  case creditcard, ssn
  case hexcolor, rgbcolor
  case bsonobjectid

  /// Whether `text` has the format.
  func holds(for text: String) -> Bool {
    switch self {
    case .dateTime: Self.patterns[self]?.matches(text) == true && Self.isMoment(text.prefix(19).uppercased() + "Z")
    case .date: text.utf8.count == 10 && Self.isMoment(text + "T00:00:00Z")
    case .duration: Self.durations.contains { $0.matches(text) }
    case .byte: Self.isBase64(text)
    case .ipv4: Self.isIPv4(text[...])
    case .ipv6: Self.isIPv6(text[...])
    case .cidr: Self.isCIDR(text)
    case .uri: RequestURI.isValid(text)
    case .hostname: text.utf8.count <= 255 && Self.patterns[self]?.matches(text) ?? true
    case .isbn: CheckedNumber.isISBN10(text) || CheckedNumber.isISBN13(text)
    case .isbn10: CheckedNumber.isISBN10(text)
    case .isbn13: CheckedNumber.isISBN13(text)
    case .creditcard:
      Self.patterns[self]?.matches(text.filter { $0 != "-" && $0 != " " }) == true && CheckedNumber.isCard(text)
    case .uuid, .uuid3, .uuid4, .uuid5, .mac, .email, .ssn, .hexcolor, .rgbcolor, .bsonobjectid:
      Self.patterns[self]?.matches(text) ?? true
    }
  }

  /// Go's `time.ParseDuration`, and what strfmt accepts as well: a number and the name of a unit.
  private static let durations = [
    pattern(#"^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$"#),
    pattern(
      #"(?i)^\d+\s*(ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|"#
        + #"m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)$"#),
  ]

  private static let patterns: [Format: Pattern] = [
    .dateTime: pattern("(?i)^\\d{4}-\\d\\d-\\d\\dt\\d\\d:\\d\\d:\\d\\d([.,]\\d+)?(z|[-+]\\d\\d:\\d\\d)$"),
    .uuid: pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
    .uuid3: pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
    .uuid4: pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
    .uuid5: pattern("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
    .ssn: pattern("^\\d{3}[- ]\\d{2}[- ]\\d{4}$"),
    .creditcard: pattern(
      "^(4\\d{12}(\\d{3})?|5[1-5]\\d{14}|6(011|5\\d\\d)\\d{12}|3[47]\\d{13}|3(0[0-5]|[68]\\d)\\d{11}|"
        + "(2131|1800|35\\d{3})\\d{11})$"),
    .hexcolor: pattern("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
    .rgbcolor: pattern("^rgb\\(\\s*\(shade)\\s*,\\s*\(shade)\\s*,\\s*\(shade)\\s*\\)$"),
    .bsonobjectid: pattern("^[0-9a-fA-F]{24}$"),
    .mac: pattern("(?i)^([0-9a-f]{2}([:-][0-9a-f]{2}){5}(([:-][0-9a-f]{2}){2})?|[0-9a-f]{4}(\\.[0-9a-f]{4}){2,3})$"),
    .email: pattern("^[^@\\s<>]+@[^@\\s<>]+$"),
    .hostname: pattern("^\\w([-\\w]{0,61}\\w)?(\\.\\w([-\\w]{0,61}\\w)?)*\\.?$"),
  ]

  private static let shade = "(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])"

  private static func pattern(_ text: String) -> Pattern {
    guard let pattern = try? Pattern(text) else { preconditionFailure("\(text) is no pattern") }
    return pattern
  }

  /// Whether date and time exist: there is no 30 February and no 60th second.
  private static func isMoment(_ text: String) -> Bool { Timestamp(text)?.description == text }

  private static func isBase64(_ text: String) -> Bool {
    let bytes = text.utf8.filter { $0 != 10 && $0 != 13 }
    // kube-apiserver does not accept an empty string as base64.
    guard !bytes.isEmpty, bytes.count.isMultiple(of: 4) else { return false }
    let body = bytes.dropLast(bytes.suffix(2).count { $0 == UInt8(ascii: "=") })
    return body.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 43 || byte == 47
    }
  }

  private static func isIPv4(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
          && Int(part).map { $0 <= 255 } ?? false && (part.utf8.count == 1 || part.first != "0")
      }
  }

  private static func isIPv6(_ text: Substring) -> Bool {
    guard text.contains(":") else { return false }
    var groups = text.split(separator: ":", omittingEmptySubsequences: false)
    if let last = groups.last, last.contains(".") {
      guard isIPv4(last) else { return false }
      groups.replaceSubrange(groups.count - 1..<groups.count, with: ["0", "0"])
    }
    let isShort = text.contains("::")
    // A `::` at an end of the text yields two empty groups there.
    if isShort, groups.first == "" { groups.removeFirst() }
    if isShort, groups.last == "" { groups.removeLast() }
    let empty = groups.count { $0.isEmpty }
    let full = groups.filter { !$0.isEmpty }
    return full.allSatisfy { $0.utf8.count <= 4 && UInt16($0, radix: 16) != nil }
      && (isShort ? empty <= 1 && full.count <= 7 : empty == 0 && full.count == 8)
  }

  private static func isCIDR(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let bits = Int(parts[1]), bits >= 0 else { return false }
    return (isIPv4(parts[0]) && bits <= 32) || (isIPv6(parts[0]) && bits <= 128)
  }
}
