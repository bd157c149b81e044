import HTTP
import Platform

/// Bytes of a client, such as the body of a request, between its connection and the one reader that it may have.
///
/// The connection's event loop appends pieces, and stops reading the connection while `isFull`, so a reader that is
/// slow or missing costs no more memory than about `capacity`.
final class IncomingBody: Sendable {
  private static let capacity = 64 << 10

  private struct State {
    var pieces: [UInt8] = []
    /// `nil` as long as more may arrive.
    var end: Result<Void, TransportError>?
    var reader: CheckedContinuation<Void, Never>?
  }

  private enum Piece {
    case bytes([UInt8])
    case end(Result<Void, TransportError>)
    case awaited
  }

  private let state = Locked(State())
  private let whenAwaited: @Sendable () -> Void

  /// Calls `whenAwaited` each time that the reader waits for more.
  init(whenAwaited: @escaping @Sendable () -> Void) {
    self.whenAwaited = whenAwaited
  }

  /// The body for its reader.
  var reader: HTTPBody {
    HTTPBody { { () async throws(TransportError) in try await self.next() } }
  }

  var isFull: Bool { state.withLock { $0.pieces.count >= Self.capacity } }
  /// Whether the reader is waiting.
  var isAwaited: Bool { state.withLock { $0.reader != nil } }
  /// Removes and returns what has arrived and has not been read, for a relay.
  func removeAll() -> [UInt8] {
    state.withLock { state in
      defer { state.pieces = [] }
      return state.pieces
    }
  }

  func append(_ bytes: some Collection<UInt8>) {
    change { if $0.end == nil { $0.pieces += bytes } }
  }

  func end(_ result: Result<Void, TransportError>) {
    change { if $0.end == nil { $0.end = result } }
  }

  private func change(_ change: (inout State) -> Void) {
    let reader = state.withLock { state in
      change(&state)
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume()
  }

  /// Returns what has arrived since the last call, waiting if that is nothing; `nil` at the end.
  func next() async throws(TransportError) -> [UInt8]? {
    while true {
      switch nextPiece() {
      case .bytes(let bytes): return bytes
      case .end(.success): return nil
      case .end(.failure(let error)): throw error
      case .awaited: await wait()
      }
    }
  }

  private func nextPiece() -> Piece {
    state.withLock { state in
      guard state.pieces.isEmpty else {
        defer { state.pieces = [] }
        return .bytes(state.pieces)
      }
      return state.end.map(Piece.end) ?? .awaited
    }
  }

  private func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { reader in
        let isWaiting = state.withLock { state in
          // Bytes that arrived before this found no reader to resume.
          guard state.pieces.isEmpty, state.end == nil else { return false }
          state.reader = reader
          return true
        }
        if isWaiting { whenAwaited() } else { reader.resume() }
      }
    } onCancel: {
      end(.failure(.cancelled))
    }
  }
}
