import Platform

/// Masks the secrets in a log, line by line as it arrives.
///
/// With `--debug`, as KubeSphere's executor runs it, helm writes the values that a user supplied and those that it computed
/// into its log as YAML. In doubt this masks.
package struct MaskedLog: Sendable {
  private var scanner = MaskScanner()
  /// Whether all lines so far may continue a secret that began before the first one.
  private var mayContinue: Bool

  /// With `isTail`, the log does not begin with its first line.
  package init(isTail: Bool = false) { mayContinue = isTail }

  /// `line` with its secrets masked.
  package mutating func masked(_ line: String) -> String {
    let isIndented = line.utf8.first == UInt8(ascii: " ") || line.utf8.first == UInt8(ascii: "\t")
    if !isIndented, !line.isEmpty {
      mayContinue = false
      scanner.endValue()
    }
    if mayContinue, isIndented, !line.utf8.contains(UInt8(ascii: ":")) {
      return String(line.prefix { $0 == " " || $0 == "\t" }) + SecretKeys.mask
    }
    return CredentialText.removed(from: scanner.masked(line))
  }

  /// The lines of `text`, the end of a log, with their secrets masked.
  package static func tail(_ text: String) -> String {
    var log = MaskedLog(isTail: true)
    return text.lines.map { log.masked($0) }.joined(separator: "\n")
  }
}

extension MaskScanner {
  /// Ends a value that continues over lines: in a log, a line that is not indented belongs to no YAML value.
  ///
  /// A private key may be written without indentation, and ends with its last line.
  mutating func endValue() {
    if case .privateKey = state { return }
    state = .open
  }
}
