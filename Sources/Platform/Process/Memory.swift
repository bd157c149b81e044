import Glibc

/// The memory of this process.
package enum Memory {
  /// Has all threads share one heap: each that has its own grows it page by page, and keeps what it has given back.
  ///
  /// What is long has pages of its own, which go back to the system as soon as it is freed: glibc moves the bound up when
  /// one is, and a list that is read then leaves holes.
  ///
  /// It must be called before a second thread begins: glibc fixes the number of heaps when that one first asks for
  /// memory.
  package static func shareHeap() {
    guard let symbol = dlsym(nil, "mallopt") else { return }
    // Safe: this is how glibc, where it has the name, declares it.
    let set = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
    // M_ARENA_MAX and M_MMAP_THRESHOLD (malloc.h).
    _ = set(-8, 1)
    _ = set(-3, 131_072)
  }

  /// Hands pages that hold nothing any more back to the system: a long list leaves a tenth of what it took.
  package static func giveBack() {
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    // Safe: this is glibc's declaration of the function.
    let trim = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
    _ = trim(0)
  }
}
