package import HTTP
import KubernetesAPI
import Manifest

/// Answers for the workloads of the built-in marketplace, which no kubelet runs: an API, a page, a stream, and paths
/// that fail on purpose.
///
/// The `Host` field, in which a gateway names the Service, selects the extension.
package struct CatalogueServices: Handler {
  private let pause: @Sendable (Duration) async -> Void

  /// `pause` waits between two lines of a stream.
  package init(pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }) {
    self.pause = pause
  }

  /// Whether `name` is the Service of an extension of the built-in marketplace.
  package static func hasService(_ name: String) -> Bool { entries[name] != nil }

  /// Whether `name` is the Service of one of them with an invalid certificate.
  package static func hasUntrustedService(_ name: String) -> Bool {
    name.hasSuffix(UntrustedCertificate.suffix) && hasService(String(name.dropLast(UntrustedCertificate.suffix.count)))
  }

  private static let entries = Dictionary(
    CatalogueEntries.all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    let host = (request.head.headers["Host"] ?? "").prefix { $0 != "." && $0 != ":" }
    guard let entry = Self.entries[String(host)] else { return Self.text(404, "there is no such service\n") }
    let target = Target(request.head.target)
    switch target.segments.first {
    case "kapis": return Self.api(entry, target, request.head)
    case "openapi": return Self.document(entry, target)
    case "proxy": return await page(entry, target)
    default: return Self.text(404, "\(entry.name) serves nothing there\n")
    }
  }

  private static func api(_ entry: CatalogueEntry, _ target: Target, _ request: HTTPRequest) -> HTTPResponse {
    let group = target.segments.dropFirst().prefix(2).joined(separator: "/")
    if request.method == .get, target.segments.count == 3 {
      let resource: Value = [
        "name": "readings", "singularName": "reading", "kind": "Reading", "namespaced": false, "verbs": ["list"],
      ]
      return HTTPResponse(
        status: 200,
        json: [
          "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(group), "resources": [resource],
        ])
    }
    guard request.method == .get, target.segments.count == 4, target.segments[3] == "readings" else {
      return Status.unknownResource.response
    }
    let user = request.headers["X-Remote-User"] ?? "nobody"
    let items = (1...3).map { number -> Value in
      ["metadata": ["name": .string("\(entry.name)-\(number)")], "value": .integer(number * 7)]
    }
    return HTTPResponse(
      status: 200,
      json: [
        "apiVersion": .string(group), "kind": "ReadingList",
        "metadata": ["annotations": ["meadow.example/read-by": .string(user)]], "items": .sequence(items),
      ])
  }

  /// The OpenAPI document of the API.
  private static func document(_ entry: CatalogueEntry, _ target: Target) -> HTTPResponse {
    guard target.segments.count == 5, target.segments[2] == "kapis" else {
      return text(404, "\(entry.name) serves nothing there\n")
    }
    let path = "/" + target.segments.dropFirst(2).joined(separator: "/") + "/readings"
    let list: Value = ["summary": "list readings", "responses": ["200": ["description": "OK"]]]
    return HTTPResponse(
      status: 200,
      json: [
        "openapi": "3.0.0", "info": ["title": .string(entry.title.english), "version": .string(target.segments[4])],
        "paths": .mapping(Mapping([Mapping.Pair(key: path, value: ["get": list])])),
      ])
  }

  private func page(_ entry: CatalogueEntry, _ target: Target) async -> HTTPResponse {
    switch target.segments.dropFirst(2).joined(separator: "/") {
    case "": return Self.text(200, Self.html(entry), type: "text/html; charset=utf-8")
    case "stream": return HTTPResponse(status: 200, headers: ["Content-Type": "text/plain"], body: stream(entry))
    case "hang":
      // Waits until the gateway gives up.
      while !Task.isCancelled { await pause(.seconds(3_600)) }
      return Self.text(500, "given up\n")
    case "fail": return Self.text(500, "\(entry.name) fails here on purpose\n")
    default: return Self.text(404, "\(entry.name) has no such page\n")
    }
  }

  private func stream(_ entry: CatalogueEntry) -> HTTPBody {
    let pause = pause
    return HTTPBody {
      let lines = LineCount()
      return {
        let number = await lines.next()
        if number > 1 { await pause(.seconds(1)) }
        return number > 60 || Task.isCancelled ? nil : Array("\(entry.name): reading \(number)\n".utf8)
      }
    }
  }

  private actor LineCount {
    private var count = 0

    func next() -> Int {
      count += 1
      return count
    }
  }

  private static func html(_ entry: CatalogueEntry) -> String {
    """
    <!doctype html>
    <title>\(entry.title.english)</title>
    <h1>\(entry.title.english)</h1>
    <p>\(entry.summary.english).</p>

    """
  }

  private static func text(
    _ status: Int, _ text: String, type: String = "text/plain; charset=utf-8"
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: ["Content-Type": type, "Content-Length": String(text.utf8.count)],
      bytes: Array(text.utf8))
  }
}
