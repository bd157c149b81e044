import HTTP
import KubernetesAPI
import Manifest
import Platform

/// The representation of objects that a client requests (Kubernetes, "Resource representations").
enum Representation: Hashable, Sendable {
  case objects
  /// Only the metadata of objects (`PartialObjectMetadata`).
  case metadata
  /// Rows of a table, which the server makes because only it knows the columns.
  case table(Inclusion, TableVersion = .stable)

  /// The version of `meta.k8s.io` of a requested table; the two differ in nothing else.
  enum TableVersion: String, Hashable, Sendable {
    case stable = "v1"
    case beta = "v1beta1"
  }

  /// The part of its object that a row includes.
  enum Inclusion: String, Hashable, Sendable {
    case nothing = "None"
    case metadata = "Metadata"
    case object = "Object"
  }

  /// One object, for a response or a watch event.
  func bytes(_ object: StoredObject, of type: ResourceType, at now: Timestamp, isFirst: Bool = true) -> [UInt8] {
    switch self {
    case .objects: type.presenting(object).bytes
    case .metadata: JSON.bytes(object.partial)
    case .table(let inclusion, let version):
      JSON.bytes(
        TableRenderer(type: type, inclusion: inclusion, version: version, now: now)
          .value([object], ["resourceVersion": .string(String(object.version))], hasColumns: isFirst))
    }
  }

  /// A list, which is encoded in pieces while it is sent, unless it is a table.
  func list(_ objects: [StoredObject], of type: ResourceType, _ metadata: Mapping, at now: Timestamp) -> HTTPBody {
    switch self {
    case .objects:
      Self.pieces(type.listKind, type.resource.apiVersion, metadata, objects) { type.presenting($0).bytes }
    case .metadata:
      Self.pieces("PartialObjectMetadataList", "meta.k8s.io/v1", metadata, objects) { JSON.bytes($0.partial) }
    case .table(let inclusion, let version):
      HTTPBody(
        JSON.bytes(
          TableRenderer(type: type, inclusion: inclusion, version: version, now: now).value(
            objects, metadata, hasColumns: true))
      )
    }
  }

  private static func pieces(
    _ kind: String, _ apiVersion: String, _ metadata: Mapping, _ objects: [StoredObject],
    _ write: @escaping @Sendable (StoredObject) -> [UInt8]
  ) -> HTTPBody {
    let head =
      #"{"kind":"\#(kind)","apiVersion":"\#(apiVersion)","metadata":\#(JSON.text(.mapping(metadata))),"items":["#
    return HTTPBody {
      let writer = ListWriter(head: head, objects, write)
      return { () async throws(TransportError) in await writer.next() }
    }
  }
}

extension Representation {
  /// The first supported representation in the `Accept` header of `request`; throws 406 if there is none.
  init(_ request: HTTPRequest, _ target: Target) throws(Status) {
    let mediaRanges = (request.headers["Accept"] ?? "").split(separator: ",")
    guard !mediaRanges.isEmpty else {
      self = .objects
      return
    }
    for mediaRange in mediaRanges {
      let parameters = mediaRange.split(separator: ";").map { $0.split(separator: " ").joined() }
      guard Self.mediaTypes.contains(parameters.first ?? "") else { continue }
      guard let version = Self.metaVersion(parameters) else { continue }
      switch parameters.first(where: { $0.hasPrefix("as=") })?.dropFirst(3) {
      case nil: self = .objects
      case "Table"?: self = .table(try Self.inclusion(target["includeObject"]), version)
      case "PartialObjectMetadata"?, "PartialObjectMetadataList"?:
        guard version == .stable else { continue }
        self = .metadata
      default: continue
      }
      return
    }
    throw .notAcceptable
  }

  static let mediaTypes = ["application/json", "application/*", "*/*"]

  /// The version of `meta.k8s.io` of the requested kind, if any; `nil` for kinds of another group or version.
  private static func metaVersion(_ parameters: [String]) -> TableVersion? {
    guard parameters.contains(where: { $0.hasPrefix("as=") }) else { return .stable }
    guard parameters.contains("g=meta.k8s.io") else { return nil }
    return parameters.first { $0.hasPrefix("v=") }.flatMap { TableVersion(rawValue: String($0.dropFirst(2))) }
  }

  /// Throws 406 if the client does not accept plain JSON.
  static func checkPlain(_ request: HTTPRequest) throws(Status) {
    let mediaRanges = (request.headers["Accept"] ?? "").split(separator: ",").map { mediaRange in
      mediaRange.split(separator: ";").map { $0.split(separator: " ").joined() }
    }
    let isPlain = mediaRanges.contains { parameters in
      mediaTypes.contains(parameters.first ?? "") && !parameters.contains { $0.hasPrefix("as=") }
    }
    guard mediaRanges.isEmpty || isPlain else { throw .notAcceptable }
  }
}

extension Status {
  fileprivate static let notAcceptable = Status(
    code: 406, reason: "NotAcceptable", message: "only the following media types are accepted: application/json")
}

extension Representation {
  private static func inclusion(_ text: String?) throws(Status) -> Inclusion {
    guard let text else { return .metadata }
    guard let inclusion = Inclusion(rawValue: text) else {
      throw .badRequest(
        "Unable to convert to Table as requested: includeObject: Invalid value: \"\(text)\": "
          + "must be 'Metadata', 'Object', 'None', or empty")
    }
    return inclusion
  }
}

extension StoredObject {
  /// The object as a `PartialObjectMetadata`.
  var partial: Value {
    let skipped = JSONPaths(["spec"], ["status"], ["data"], ["binaryData"])
    let metadata = (try? JSON.parse(bytes, skipping: skipped))?["metadata"] ?? [:]
    return ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata]
  }
}

/// Writes a list in pieces, so that a large one is never in memory twice.
private actor ListWriter {
  private static let pieceSize = 128 << 10
  private let objects: [StoredObject]
  private let write: @Sendable (StoredObject) -> [UInt8]
  private var piece: [UInt8]
  private var index = 0
  private var isFinished = false

  init(head: String, _ objects: [StoredObject], _ write: @escaping @Sendable (StoredObject) -> [UInt8]) {
    self.objects = objects
    self.write = write
    piece = Array(head.utf8)
  }

  func next() -> [UInt8]? {
    guard !isFinished else { return nil }
    while index < objects.count, piece.count < Self.pieceSize {
      if index > 0 { piece.append(UInt8(ascii: ",")) }
      piece += write(objects[index])
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
