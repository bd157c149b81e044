package import HTTP
import Manifest
import Platform

/// A change to the header fields of a request or response: `Name value` or `Name: value` sets, `+Name value` adds,
/// `-Name` removes; a name with a star at either end removes all fields that match.
package struct HeaderEdit: Hashable, Sendable {
  package enum Verb: Hashable, Sendable {
    case set(String)
    case add(String)
    case remove
  }

  package var name: String
  package var verb: Verb

  init(_ text: String) throws(RuleProblem) {
    let sign = text.first == "-" || text.first == "+" ? text.first : nil
    let rest = text.dropFirst(sign == nil ? 0 : 1)
    guard sign != "-" else {
      self.init(name: String(rest), verb: .remove)
      guard HeaderName.isToken(name.filter { $0 != "*" } + (name.contains("*") ? "x" : "")) else {
        throw RuleProblem("\(name) is no name of a field")
      }
      return
    }
    let name = rest.prefix { $0 != ":" && $0 != " " }
    var value = rest[name.endIndex...].drop { $0 == ":" || $0 == " " }
    guard name.endIndex != rest.endIndex else { throw RuleProblem("a name and a value are expected") }
    while value.last == " " { value.removeLast() }
    if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
    self.init(name: String(name), verb: sign == "+" ? .add(String(value)) : .set(String(value)))
    guard HeaderName.isToken(self.name) else { throw RuleProblem("\(self.name) is no name of a field") }
    guard HeaderName.isValue(String(value)) else {
      throw RuleProblem("the value has characters that no field may have")
    }
    guard !HeaderName.isReserved(self.name) else { throw RuleProblem("\(self.name) is the gateway's to set") }
  }

  private init(name: String, verb: Verb) {
    self.name = name
    self.verb = verb
  }

  /// Parses a list; invalid items are skipped and reported in `problems`.
  static func read(_ value: Value?, _ key: String, _ problems: inout [Sentence]) -> [HeaderEdit] {
    var edits: [HeaderEdit] = []
    for (index, item) in (value?.sequence ?? []).enumerated() {
      do throws(RuleProblem) {
        guard index < 64 else { throw RuleProblem("only 64 are carried out") }
        edits.append(try HeaderEdit(item.string ?? ""))
      } catch {
        problems.append("\(key)[\(index)] is passed over: \(error.sentence)")
      }
    }
    return edits
  }

  package func apply(to headers: inout HTTPHeaders) {
    switch verb {
    case .set(let value): headers[name] = value
    case .add(let value): headers.add(name, value)
    case .remove: headers.removeAll { fits($0.name) && !HeaderName.isProtected($0.name) }
    }
  }

  /// Whether `other` is one of the fields that are removed.
  package func fits(_ other: String) -> Bool { PathGlob(name.lowercased()).matches(other.lowercased()) }
}

/// Properties of header field names that matter to a gateway.
package enum HeaderName {
  /// Whether `name` may be the name of a field (RFC 9110 §5.6.2).
  package static func isToken(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }

  static func isValue(_ value: String) -> Bool { value.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 } }

  /// Whether the field is for one connection only (RFC 9110 §7.6.1).
  package static func isHopByHop(_ name: String) -> Bool {
    // Called for every field of every request: the length rules out most of them.
    switch name.utf8.count {
    case 2: HTTPHeaders.same(name, "te")
    case 7: HTTPHeaders.same(name, "trailer") || HTTPHeaders.same(name, "upgrade")
    case 10: HTTPHeaders.same(name, "connection") || HTTPHeaders.same(name, "keep-alive")
    case 16: HTTPHeaders.same(name, "proxy-connection")
    case 17: HTTPHeaders.same(name, "transfer-encoding")
    case 18: HTTPHeaders.same(name, "proxy-authenticate")
    case 19: HTTPHeaders.same(name, "proxy-authorization")
    default: false
    }
  }

  /// Whether the field determines where a body ends.
  static func isFraming(_ name: String) -> Bool {
    ["content-length", "transfer-encoding"].contains(name.lowercased())
  }

  /// Whether a client could use the field to impersonate a user or to forge its own origin, or it is the client's
  /// credential: such fields are not forwarded as they arrive.
  package static func isForgeable(_ name: String) -> Bool {
    // Called for every field of every request: the first letter rules out most of them.
    guard let first = name.utf8.first, "xifa".utf8.contains(first | 0x20) else { return false }
    let name = withHyphens(name)
    return name.hasPrefix("x-remote-") || name.hasPrefix("impersonate-") || name.hasPrefix("x-forwarded-")
      || ["forwarded", "x-real-ip", "authorization", "x-original-url", "x-rewrite-url"].contains(name)
  }

  /// Whether objects must not set it.
  static func isReserved(_ name: String) -> Bool {
    let name = withHyphens(name)
    return isHopByHop(name) || isProtected(name) || name.hasPrefix("x-remote-") || name.hasPrefix("impersonate-")
  }

  /// Whether rules must not remove it: it determines where a body ends, or which gateways a request has passed.
  static func isProtected(_ name: String) -> Bool { isFraming(name) || HTTPHeaders.same(name, "via") }

  /// The name in lower case with `_` as `-`: upstreams that turn fields into variables (CGI, WSGI) see no difference.
  private static func withHyphens(_ name: String) -> String {
    String(decoding: name.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
  }
}
