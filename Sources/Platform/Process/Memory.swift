import Glibc

/// The memory of this process.
package enum Memory {
  /// Returns unused pages to the system: after a long list, a tenth of its memory remains in use.
  package static func giveBack() {
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    // Safe: this is glibc's declaration of the function.
    let trim = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
    _ = trim(0)
  }
}
