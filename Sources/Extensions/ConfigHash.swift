import Platform

/// The controller's fingerprint of a config: FNV-1a, 64 bits, 16 hexadecimal digits (docs/KUBESPHERE.md: Reconciling).
///
/// If it differs from `status.configHash`, the config has not been applied yet.
package enum ConfigHash {
  package static func of(_ config: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in config.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The config as the cluster stores it: its webhook removes trailing blanks (docs/KUBESPHERE.md: Admission).
  package static func trimmed(_ config: String) -> String {
    config.lines.map { line in
      // The same characters as Go's `unicode.IsSpace`.
      var scalars = line.unicodeScalars[...]
      while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
      return String(scalars)
    }.joined(separator: "\n")
  }
}
