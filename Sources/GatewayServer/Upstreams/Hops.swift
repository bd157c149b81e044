import HTTP

/// The gateways that a request has passed, as `Via` names them (RFC 9110 §7.6.3); a rule may point to the gateway
/// itself and so form a loop.
enum Hops {
  /// Names this process.
  private static let name = "ksxd-" + String(UInt32.random(in: 0 ... .max), radix: 16)
  /// The value of `Via` that is added to relayed requests.
  static let field = "1.1 " + name

  /// How many gateways a request may pass; a member's gateway is a further one.
  private static let maximum = 8

  /// Whether a request has passed this gateway before, or too many gateways.
  static func isLoop(_ headers: HTTPHeaders) -> Bool {
    var count = 0
    for field in headers.fields where field.isNamed("via") {
      for hop in field.value.split(separator: ",") {
        let words = hop.split(separator: " ")
        guard words.count >= 2, words[1].hasPrefix("ksxd-") else { continue }
        if words[1] == name { return true }
        count += 1
      }
    }
    return count >= maximum
  }
}
