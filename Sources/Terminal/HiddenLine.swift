import CTerminal
import Glibc
import Platform

/// A line of input without echo, such as a password.
package enum HiddenLine {
  /// Reads it from the terminal `descriptor`; `nil` if the user cancels, or if it is not a terminal.
  ///
  /// Meanwhile the terminal's line editing and signals are off; the echo is restored in every case, even if a signal
  /// ends the process.
  package static func read(from descriptor: Int32 = STDIN_FILENO) -> String? {
    guard ksx_hide_typing(descriptor) == 0 else { return nil }
    defer { ksx_show_typing() }
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while next(&byte, from: descriptor) {
      switch byte {
      case 0x0a, 0x0d: return try? String(textOf: bytes)
      case 0x03, 0x04, 0x1c: return nil
      case 0x15: bytes = []
      case 0x08, 0x7f:
        // A character may be several bytes.
        while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
      default: bytes.append(byte)
      }
    }
    return nil
  }

  private static func next(_ byte: inout UInt8, from descriptor: Int32) -> Bool {
    while true {
      let count = Glibc.read(descriptor, &byte, 1)
      if count >= 0 || errno != EINTR { return count == 1 }
    }
  }
}
