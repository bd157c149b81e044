import Client
import Manifest

/// The form in which a client wants objects.
enum Form: Hashable, Sendable {
  case objects

  /// One or more objects as one document.
  func bytes(_ objects: [StoredObject], of type: ResourceType, at now: Timestamp) -> [UInt8] {
    switch self {
    case .objects: objects.first?.bytes ?? []
    }
  }

  /// A list, made piece by piece while it is read.
  func list(_ objects: [StoredObject], of type: ResourceType, _ metadata: Mapping, at now: Timestamp) -> HTTPBody {
    switch self {
    case .objects:
      let head = #"{"kind":"\#(type.resource.kind)List","apiVersion":"\#(type.resource.apiVersion)","metadata":"#
      return HTTPBody {
        let writer = ListWriter(head: head + JSON.text(.mapping(metadata)) + #","items":["#, objects)
        return { () async throws(TransportError) in await writer.next() }
      }
    }
  }
}

extension HTTPRequest {
  /// What the `Accept` header asks for.
  var form: Form { .objects }
}

/// Writes a list in pieces, so that a large one is never in memory twice.
private actor ListWriter {
  private static let pieceSize = 128 << 10
  private let objects: [StoredObject]
  private var piece: [UInt8]
  private var index = 0
  private var isFinished = false

  init(head: String, _ objects: [StoredObject]) {
    self.objects = objects
    piece = Array(head.utf8)
  }

  func next() -> [UInt8]? {
    guard !isFinished else { return nil }
    while index < objects.count, piece.count < Self.pieceSize {
      if index > 0 { piece.append(UInt8(ascii: ",")) }
      piece += objects[index].bytes
      index += 1
    }
    if index == objects.count {
      piece += Array("]}".utf8)
      isFinished = true
    }
    defer { piece = [] }
    return piece
  }
}
