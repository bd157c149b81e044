import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import TestSupport

/// The upstream of the recording: it answers with what it was asked.
struct RecordedUpstream: Handler {
  /// What it calls itself.
  var name: String

  private static let tag = "\"30413cda1845e3017c8c0b1c19507dc3\""

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    let path = request.head.target.prefix { $0 != "?" }
    if path == "/up/index.js" { return Self.script(request.head) }
    let body = (try? await request.body.collected()) ?? []
    let fields = request.head.headers.fields.map { Value.sequence([.string($0.name), .string($0.value)]) }
    var response = HTTPResponse(
      status: 200,
      json: [
        "upstream": .string(name), "method": .string(request.head.method.rawValue),
        "path": .string(request.head.target), "headers": .sequence(fields),
        "body": .string(String(decoding: body, as: UTF8.self)),
      ])
    for server in ["echo/1", "echo"] { response.headers.add("Server", server) }
    response.headers.add("X-Upstream", "echo")
    if path.hasSuffix("/teapot") { response.status = 418 }
    if path == "/missing" { response.status = 404 }
    if path.hasSuffix("/redirect") {
      response.status = 302
      response.headers.add("Location", "http://\(request.head.headers["Host"] ?? "")/elsewhere")
    }
    return response
  }

  private static func script(_ request: HTTPRequest) -> HTTPResponse {
    let script = Array("console.log(\"from upstream\");".utf8)
    guard request.headers["If-None-Match"] != tag else {
      return HTTPResponse(status: 304, headers: ["Server": "echo/1", "ETag": tag], bytes: [])
    }
    return HTTPResponse(
      status: 200,
      headers: [
        "Server": "echo/1", "Content-Type": "application/javascript", "Cache-Control": "max-age=60", "ETag": tag,
        "Content-Length": String(script.count),
      ], bytes: script)
  }
}
