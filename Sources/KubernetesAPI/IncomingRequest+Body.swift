package import HTTP
package import Manifest
import Platform

extension IncomingRequest {
  /// The largest accepted body in bytes (kube-apiserver's `MaxRequestBodyBytes`).
  package static let bodyLimit = 3 << 20

  /// The request with its whole body; throws 413 above `bodyLimit`, and 400 if the body does not arrive.
  package func withWholeBody() async throws(Status) -> HTTPRequest {
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
  /// The body as JSON, or as YAML if `Content-Type` says so, as in kubectl's raw requests.
  package func json() throws(Status) -> Value { try document().value }

  /// The body, and its duplicate keys, which strict field validation rejects.
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

  /// The type in `Content-Type`, in lower case and without parameters; empty if there is none.
  package var mediaType: String {
    let type = (headers["Content-Type"] ?? "").split(separator: ";", maxSplits: 1).first ?? ""
    return type.split(separator: " ").first.map { $0.lowercased() } ?? ""
  }
}
