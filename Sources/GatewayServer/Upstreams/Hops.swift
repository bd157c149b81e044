import HTTP

/// The gateways that a request has come through, as `Via` names them (RFC 9110 §7.6.3): a rule may lead to the gateway itself,
/// and by that to the rule again.
enum Hops {
  /// This process among others of its kind.
  private static let name = "ksxd-" + String(UInt32.random(in: 0 ... .max), radix: 16)
  /// What is added to a request that goes on.
  static let field = "1.1 " + name

  /// Gateways of any process that a request goes through; a member's may stand behind one.
  private static let most = 8

  /// Whether a request has been here before, or in too many places.
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
    return count >= most
  }
}
