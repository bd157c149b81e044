package import HTTP
package import Manifest
import Platform

extension IncomingRequest {
  /// Bytes of a body that an API server takes (kube-apiserver's `MaxRequestBodyBytes`).
  package static let bodyLimit = 3 << 20

  /// The request with its whole body, or why an API server does not take that.
  package func whole() async throws(Status) -> HTTPRequest {
    do throws(RequestBodyError) {
      return try await collected(upTo: Self.bodyLimit)
    } catch {
      switch error {
      case .tooLarge(let limit): throw .tooLarge("Request entity too large: limit is \(limit)")
      case .broken(let error): throw .badRequest("the body did not arrive: \(error)")
      }
    }
  }
}

extension HTTPRequest {
  /// The body as JSON, or as YAML when it says so, as kubectl's raw requests may.
  package func json() throws(Status) -> Value { try document().value }

  /// The body, and what a strict reader would not let pass: keys that come twice.
  package func document() throws(Status) -> (value: Value, repeated: [String]) {
    switch mediaType {
    case "", "application/json", "application/x-www-form-urlencoded":
      do throws(SyntaxError) {
        let (value, repeated) = try JSON.parseNotingRepeats(body)
        return (value, repeated.map { "duplicate field \"\($0)\"" })
      } catch {
        throw .badRequest("the body is no JSON: \(error)")
      }
    case "application/yaml":
      do throws(SyntaxError) {
        let (node, repeated) = try YAML.nodeAndWarnings(String(decoding: body, as: UTF8.self))
        return (node?.value ?? .null, repeated.map { "line \($0.line): \($0.problem)" })
      } catch {
        throw .badRequest("the body is no YAML: \(error)")
      }
    default:
      throw .unsupportedMediaType(accepted: "application/json, application/yaml")
    }
  }

  /// The type in `Content-Type` without its parameters.
  package var mediaType: String {
    let type = (headers["Content-Type"] ?? "").split(separator: ";", maxSplits: 1).first ?? ""
    return type.split(separator: " ").first.map { $0.lowercased() } ?? ""
  }
}
