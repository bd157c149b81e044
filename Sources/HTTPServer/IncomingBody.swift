import HTTP
import Platform

/// Bytes of a client, such as the body of a request, on their way from its connection to the one reader it may have.
///
/// The connection's event loop puts pieces in, and stops reading the connection while `isFull`; so a reader that is
/// slow, or never comes, costs no more memory than `capacity`.
final class IncomingBody: Sendable {
  private static let capacity = 64 << 10

  private struct State {
    var pieces: [UInt8] = []
    /// `nil` while more may come.
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

  /// `whenAwaited` is told each time that the reader waits for more.
  init(whenAwaited: @escaping @Sendable () -> Void) {
    self.whenAwaited = whenAwaited
  }

  /// For the one who reads it.
  var reader: HTTPBody {
    HTTPBody { { () async throws(TransportError) in try await self.next() } }
  }

  var isFull: Bool { state.withLock { $0.pieces.count >= Self.capacity } }
  /// Whether the reader waits right now.
  var isAwaited: Bool { state.withLock { $0.reader != nil } }
  /// Takes out what has arrived and not been read, for one who goes on with the connection itself.
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

  /// What has arrived since the last call, once something has; `nil` at the end.
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
          // What came first found no reader to resume.
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
