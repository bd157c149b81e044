import Platform

/// The content of a token, password or policy file, which is checked for changes at most once a second.
///
/// A file that cannot be read is reported once, and its previous content remains in use.
package final class AccessFileReader<Content: Sendable>: Sendable {
  private struct State {
    var content: Content
    var stamp: FileStamp?
    var looked: ContinuousClock.Instant
  }

  /// `nil` for fixed content without a file.
  private let path: String?
  private let read: @Sendable (String) throws(AccessFileError) -> Content
  private let report: @Sendable (String) -> Void
  private let now: @Sendable () -> ContinuousClock.Instant
  private let state: Locked<State>

  private static var pause: Duration { .seconds(1) }

  /// Reads `path` and throws if it cannot be read now; later errors are passed to `report`.
  package init(
    _ path: String, report: @escaping @Sendable (String) -> Void = { _ in },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    read: @escaping @Sendable (String) throws(AccessFileError) -> Content
  ) throws(AccessFileError) {
    (self.path, self.read, self.report, self.now) = (path, read, report, now)
    let stamp = FileStamp(path)
    state = Locked(State(content: try read(path), stamp: stamp, looked: now()))
  }

  /// Fixed content without a file.
  package init(fixed content: Content) {
    path = nil
    read = { _ in content }
    report = { _ in }
    now = { ContinuousClock.now }
    state = Locked(State(content: content, stamp: nil, looked: .now))
  }

  /// The current content.
  package var content: Content {
    guard let path else { return state.withLock { $0.content } }
    let now = now()
    return state.withLock { state in
      guard now - state.looked >= Self.pause else { return state.content }
      state.looked = now
      let stamp = FileStamp(path)
      guard stamp != state.stamp else { return state.content }
      state.stamp = stamp
      do throws(AccessFileError) {
        state.content = try read(path)
      } catch {
        report("\(error); what was read before stays in use")
      }
      return state.content
    }
  }
}
