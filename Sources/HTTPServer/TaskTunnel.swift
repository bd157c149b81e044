import HTTP
import NIOCore

/// The end of a tunnel whose bytes a task in this process reads.
final class TaskTunnel: RelayEnd {
  private let bytes: IncomingBody

  init(_ bytes: IncomingBody) {
    self.bytes = bytes
  }

  var isFull: Bool { bytes.isFull }
  func receive(_ buffer: ByteBuffer) { bytes.append(buffer.readableBytesView) }
  func clientIsGone() { bytes.end(.success(())) }
}
