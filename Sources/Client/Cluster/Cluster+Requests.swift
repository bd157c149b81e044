import HTTP
import KubernetesAPI
import Manifest
import Platform

extension Cluster {
  /// The maximum number of bytes of a response that is read into memory.
  private static var longestAnswer: Int { 256 << 20 }

  /// Sends a read, and retries a 429 or 5xx response with a `Retry-After` of at most 30 s, as client-go does.
  ///
  /// Throws `.refused` for any other response without a 2xx status.
  func read(
    _ target: String, accepting form: String = "application/json", timeoutPolicy: HTTPRequest.TimeoutPolicy = .answer
  ) async throws(ClusterError) -> HTTPResponse {
    var request = HTTPRequest(.get, target, headers: ["Accept": form])
    request.timeoutPolicy = timeoutPolicy
    var attempt = 1
    while true {
      let response = try await send(request)
      if (200..<300).contains(response.status) { return response }
      let status = await Self.status(of: response)
      guard status.code == 429 || status.code >= 500, let seconds = status.retryAfter, attempt < readAttempts,
        seconds <= 30
      else { throw ClusterError.refused(status).without(response.secrets) }
      attempt += 1
      await timing.sleep(.seconds(seconds))
      if Task.isCancelled { throw .transport(.cancelled) }
    }
  }

  /// Sends a write once: without a response it is unknown whether the server carried it out.
  ///
  /// Errors do not contain `secrets`, such as the password in a config.
  func write(_ request: HTTPRequest, hiding secrets: Secrets = Secrets()) async throws(ClusterError) -> Value {
    var request = request
    request.headers["Accept"] = "application/json"
    var response = try await send(request)
    response.secrets.texts += secrets.texts
    guard (200..<300).contains(response.status) else {
      throw ClusterError.refused(await Self.status(of: response)).without(response.secrets)
    }
    return try await Self.value(of: response)
  }

  private func send(_ request: HTTPRequest) async throws(ClusterError) -> HTTPResponse {
    do {
      let response = try await transport.send(request)
      warnings?.report(from: response.headers)
      return response
    } catch {
      throw .transport(error)
    }
  }

  static func value(of response: HTTPResponse, skipping: JSONPaths = JSONPaths()) async throws(ClusterError) -> Value {
    let bytes: [UInt8]
    do {
      bytes = try await response.body.collected(upTo: longestAnswer)
    } catch {
      throw .transport(error)
    }
    do {
      return try JSON.parse(bytes, skipping: skipping)
    } catch {
      throw ClusterError.unreadable(Self.problem(error, in: bytes)).without(response.secrets)
    }
  }

  /// Describes a body that is not JSON, for the user.
  static func problem(_ error: SyntaxError, in bytes: [UInt8]) -> Sentence {
    let excerpt = Excerpt.of(bytes)
    if Excerpt.looksLikeHTML(String(decoding: bytes.prefix(400), as: UTF8.self)) {
      return "a web page came where the Kubernetes API should answer: \(excerpt)"
    }
    return excerpt.isEmpty
      ? "the answer is empty" : "the answer is not JSON (\(error.sentence)): \(Excerpt.shortened(excerpt, to: 80))"
  }

  private static func status(of response: HTTPResponse) async -> Status {
    var bytes: [UInt8] = []
    do {
      for try await chunk in response.body {
        bytes += chunk
        if bytes.count > 64 << 10 { break }
      }
    } catch {
      // The status is known; the body would only have explained it.
    }
    return Status(code: response.status, headers: response.headers, body: bytes)
  }
}
