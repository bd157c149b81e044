import HTTP
import KubernetesAPI
import Manifest
import Platform

/// `/openapi/v2`: the API server's document with those of extensions' APIs, made anew when one of them has changed.
actor OpenAPIDocument {
  enum Form: Hashable, Sendable {
    case json, protobuf

    /// The form that a client gets; `nil` if it takes neither.
    init?(accept: String?) {
      let accept = accept ?? ""
      if OpenAPIProtobuf.wantedTypes.contains(where: accept.contains) {
        self = .protobuf
      } else if accept.isEmpty || accept.contains("*/*") || accept.contains("application/json") {
        self = .json
      } else {
        return nil
      }
    }

    fileprivate var accept: String { self == .json ? "application/json" : OpenAPIProtobuf.wantedTypes[0] }
  }

  /// Asks the API server for its document, in the form of `accept`, if it is another one than that with `tag`.
  typealias Read = @Sendable (_ accept: String, _ tag: String?) async -> HTTPResponse?

  struct MergedDocument: Sendable {
    var bytes: [UInt8]
    var type: String
    var tag: String
    /// What it was made of.
    fileprivate var base: String?
    fileprivate var revision: Int

    /// The response to a request; 304 if the client has the document.
    func response(to request: HTTPRequest) -> HTTPResponse {
      var headers: HTTPHeaders = ["ETag": tag, "Vary": "Accept"]
      guard request.headers["If-None-Match"] != tag else {
        return HTTPResponse(status: 304, headers: headers, bytes: [])
      }
      headers["Content-Type"] = type
      headers["Content-Length"] = String(bytes.count)
      return HTTPResponse(status: 200, headers: headers, bytes: bytes)
    }
  }

  /// Bytes of the API server's document.
  private static let longest = 64 << 20

  private var documents: [Form: MergedDocument] = [:]
  /// What is being made: those who ask meanwhile get the same.
  private var making: [Form: Task<MergedDocument?, Never>] = [:]

  /// `nil` if the API server's document could not be read.
  func document(_ form: Form, with sources: OpenAPISources, _ read: @escaping Read) async -> MergedDocument? {
    if let running = making[form] { return await running.value }
    let known = documents[form]
    let task = Task { await Self.make(form, sources.collected, known, read) }
    making[form] = task
    let made = await task.value
    making[form] = nil
    if let made { documents[form] = made }
    return made
  }

  private static func make(
    _ form: Form, _ collected: OpenAPISources.Collected, _ known: MergedDocument?, _ read: Read
  ) async -> MergedDocument? {
    let usable = known?.revision == collected.revision ? known : nil
    guard let answer = await read(Form.json.accept, usable?.base) else { return nil }
    if answer.status == 304, let usable { return usable }
    guard let base = await content(answer), let document = try? JSON.parse(base) else { return nil }
    var merge = OpenAPIMerge(into: document)
    for excerpt in collected.excerpts {
      if let excerpt = try? JSON.parse(excerpt) { merge.add(excerpt) }
    }
    let (bytes, type): ([UInt8], String)
    switch form {
    case .json: (bytes, type) = (JSON.bytes(merge.document), "application/json")
    case .protobuf:
      // Readers of protocol buffers merge messages that follow one another.
      guard let answer = await read(form.accept, nil), let base = await content(answer) else { return nil }
      bytes = base + OpenAPIProtobuf.encode(merge.additions)
      type = answer.headers["Content-Type"] ?? OpenAPIProtobuf.mediaType
    }
    let tag = "\"\(SHA256.hex(bytes).uppercased())\""
    return MergedDocument(
      bytes: bytes, type: type, tag: tag, base: answer.headers["ETag"], revision: collected.revision)
  }

  private static func content(_ answer: HTTPResponse) async -> [UInt8]? {
    answer.status == 200 ? try? await answer.body.collected(upTo: longest) : nil
  }
}
