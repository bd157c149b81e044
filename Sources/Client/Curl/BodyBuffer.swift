import HTTP
import Platform

/// A response body in transit: the curl loop adds chunks, and one reader takes them.
///
/// Neither side blocks the other: the loop pauses a transfer whose buffer is full, and the reader has
/// the loop resume it when half of the buffer is free.
final class BodyBuffer: Sendable {
  typealias Waiter = CheckedContinuation<Void, Never>

  /// The number of buffered bytes at which a transfer pauses.
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

  /// Adds a chunk; false if the transfer must pause and libcurl must deliver the chunk again.
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

  /// Ends the body, with `error` if it is incomplete; buffered chunks can still be read.
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

  /// Returns once a chunk or the end can be read.
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

/// The reader's side of a `BodyBuffer`; releasing it cancels the transfer.
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
