import HTTP
import Platform

/// The bytes between the curl loop, which writes them, and one reader.
///
/// Both sides reach it without waiting for each other: the loop pauses a transfer whose reader has
/// fallen behind, and the reader asks for more when it has caught up.
final class BodyBuffer: Sendable {
  typealias Waiter = CheckedContinuation<Void, Never>

  /// Bytes beyond which a transfer pauses.
  static let highMark = 1 << 20

  private struct State {
    var chunks: [[UInt8]] = []
    var next = 0
    var count = 0
    var isPaused = false
    var end: Result<Void, TransportError>?
    var waiter: Waiter?

    mutating func takeWaiter() -> Waiter? {
      let waiter = self.waiter
      self.waiter = nil
      return waiter
    }
  }

  enum Step: Sendable {
    case chunk([UInt8], mayResume: Bool)
    case end(Result<Void, TransportError>)
    case wait
  }

  private let state = Locked(State())

  /// Adds a chunk; false when the transfer must pause and offer it again.
  func add(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let chunk = Array(bytes)
    let (isTaken, waiter) = state.withLock { state -> (Bool, Waiter?) in
      guard state.count < Self.highMark else {
        state.isPaused = true
        return (false, nil)
      }
      state.chunks.append(chunk)
      state.count += chunk.count
      return (true, state.takeWaiter())
    }
    waiter?.resume()
    return isTaken
  }

  /// Says that nothing more comes; what has come stays to be read.
  func finish(_ error: TransportError?) {
    let waiter = state.withLock { state -> Waiter? in
      if state.end == nil { state.end = error.map { .failure($0) } ?? .success(()) }
      return state.takeWaiter()
    }
    waiter?.resume()
  }

  func step() -> Step {
    state.withLock { state in
      guard state.next < state.chunks.count else { return state.end.map { .end($0) } ?? .wait }
      let chunk = state.chunks[state.next]
      state.chunks[state.next] = []
      state.next += 1
      if state.next == state.chunks.count {
        state.chunks.removeAll(keepingCapacity: true)
        state.next = 0
      }
      state.count -= chunk.count
      let mayResume = state.isPaused && state.count <= Self.highMark / 2
      if mayResume { state.isPaused = false }
      return .chunk(chunk, mayResume: mayResume)
    }
  }

  /// Returns when there may be something to read.
  func wait() async {
    await withCheckedContinuation { waiter in
      let isReady = state.withLock { state in
        if state.next < state.chunks.count || state.end != nil { return true }
        state.waiter = waiter
        return false
      }
      if isReady { waiter.resume() }
    }
  }
}

/// The reader's end of a `BodyBuffer`: letting go of it abandons the transfer.
final class BodyReader: Sendable {
  private let buffer: BodyBuffer
  private let id: Int
  private let loop: CurlLoop

  init(_ buffer: BodyBuffer, id: Int, loop: CurlLoop) {
    self.buffer = buffer
    self.id = id
    self.loop = loop
  }

  deinit {
    let (loop, id) = (loop, id)
    if case .end = buffer.step() { return }
    Task { await loop.cancel(id) }
  }

  func next() async throws(TransportError) -> [UInt8]? {
    while true {
      if Task.isCancelled {
        await loop.cancel(id)
        throw .cancelled
      }
      switch buffer.step() {
      case .chunk(let chunk, mayResume: false): return chunk
      case .chunk(let chunk, mayResume: true):
        await loop.resume(id)
        return chunk
      case .end(let end):
        try end.get()
        return nil
      case .wait: await wait()
      }
    }
  }

  private func wait() async {
    let (loop, id) = (loop, id)
    await withTaskCancellationHandler {
      await buffer.wait()
    } onCancel: {
      Task { await loop.cancel(id) }
    }
  }
}
