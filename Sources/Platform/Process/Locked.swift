package import Glibc

/// A value that threads access one at a time.
///
/// It uses a pthread mutex, because Thread Sanitizer does not support `Synchronization.Mutex`.
package final class Locked<Value>: @unchecked Sendable {
  // Safe: `value` is touched only between lock and unlock of `mutex`, which never moves.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline var value: Value

  package init(_ value: sending Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs `body` with exclusive access to the value.
  ///
  /// Inlinable, because code for values of any type is several times slower than for one.
  @inlinable package func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
