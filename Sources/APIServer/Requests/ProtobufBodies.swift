package import HTTP
package import KubernetesAPI
import Manifest

/// Converts request bodies in protocol buffers to JSON before `handler` reads them.
package struct ProtobufBodies: CallerHandler {
  private let handler: any CallerHandler

  package init(around handler: any CallerHandler) { self.handler = handler }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    guard Self.isForThis(request) else { return await handler.respond(to: request, from: caller) }
    do throws(Status) {
      var whole = try await request.withWholeBody()
      whole.body = whole.body.isEmpty ? [] : JSON.bytes(try ProtobufReader.object(whole.body))
      whole.headers["Content-Type"] = "application/json"
      whole.headers["Content-Length"] = String(whole.body.count)
      return await handler.respond(to: IncomingRequest(whole, connection: request.connection), from: caller)
    } catch {
      return error.response
    }
  }

  package func immediateResponse(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? {
    Self.isForThis(request) ? nil : handler.immediateResponse(to: request, from: caller)
  }

  /// Whether to convert the body: requests to extensions are passed on unchanged.
  private static func isForThis(_ request: IncomingRequest) -> Bool {
    ["/api/", "/apis/"].contains(where: request.head.target.hasPrefix)
      && request.head.mediaType == ProtobufReader.mediaType
  }
}
