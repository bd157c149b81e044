/// HMAC-SHA-256 (RFC 2104), by which a server recognises its own data.
package enum HMAC {
  private static let blockSize = 64

  /// The code of `message` under `key`.
  package static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var padded = key.count > blockSize ? SHA256.digest(key) : key
    padded += [UInt8](repeating: 0, count: blockSize - padded.count)
    let inner = SHA256.digest(padded.map { $0 ^ 0x36 } + message)
    return SHA256.digest(padded.map { $0 ^ 0x5c } + inner)
  }

  /// Compares in constant time.
  package static func isEqual(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
    guard given.count == expected.count else { return false }
    return zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
