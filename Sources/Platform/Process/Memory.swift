import Glibc

/// The memory of this process.
package enum Memory {
  /// Hands pages that hold nothing any more back to the system: a long list leaves a tenth of what it took.
  package static func giveBack() {
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    // Safe: this is how glibc, where it has the name, declares it.
    let trim = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
    _ = trim(0)
  }
}
