import HTTP
import KubernetesAPI
import Manifest

/// Converts JSON responses to YAML: kube-apiserver offers both for everything but watches.
enum YAMLAnswer {
  private static let mediaType = "application/yaml"

  /// Whether the first supported media type in `Accept` is YAML.
  static func isWanted(by request: HTTPRequest) -> Bool {
    let wishes = (request.headers["Accept"] ?? "").split(separator: ",").map { wish in
      wish.split(separator: ";").first?.split(separator: " ").joined() ?? ""
    }
    return wishes.first { $0 == mediaType || Representation.mediaTypes.contains($0) } == mediaType
  }

  /// The JSON response of `answer`, or its error, as YAML.
  static func of(
    _ request: HTTPRequest, _ answer: (HTTPRequest) async throws(Status) -> HTTPResponse
  ) async throws(Status) -> HTTPResponse {
    var asked = request
    asked.headers["Accept"] = "application/json"
    var response: HTTPResponse
    do throws(Status) {
      response = try await answer(asked)
    } catch {
      response = error.response
    }
    guard response.headers["Content-Type"]?.hasPrefix("application/json") == true else { return response }
    do {
      let text = YAML.text(try JSON.parse(try await response.body.collected()))
      response.headers["Content-Type"] = mediaType
      response.headers["Content-Length"] = String(text.utf8.count)
      response.body = HTTPBody(Array(text.utf8))
      return response
    } catch {
      throw .internalError("the answer cannot be written as YAML: \(error)")
    }
  }
}
