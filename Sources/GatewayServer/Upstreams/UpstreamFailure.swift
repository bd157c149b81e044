import Glibc
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL

/// Why an upstream gave no response, in the words of the shipped gateway (Go's).
enum UpstreamFailure: Error, Hashable, Sendable {
  case failed(String)
  /// The upstream has not processed the request (RFC 9113 §8.7).
  case refused(String)
  /// No response, or no further byte, in time.
  case timedOut(String)
  /// The upstream has responded, but the response may not be passed on.
  case notForwarded(String)

  var text: String {
    switch self {
    case .failed(let text), .refused(let text), .timedOut(let text), .notForwarded(let text): text
    }
  }

  var response: HTTPResponse {
    let message = "Error while proxying request: \(text)"
    switch self {
    case .failed, .refused, .notForwarded: return .badGateway(message, code: 502, reason: "Bad Gateway")
    case .timedOut: return .badGateway(message, code: 504, reason: "Gateway Timeout")
    }
  }

  /// The failure of a connection attempt to `address`.
  init(connecting error: any Error, to address: UpstreamAddress) {
    let target = address.host.contains(":") ? "[\(address.host)]:\(address.port)" : "\(address.host):\(address.port)"
    switch error {
    case let error as UpstreamFailure: self = error
    case let error as NIOConnectionError:
      guard let first = error.connectionErrors.first else {
        self = .failed("dial tcp: lookup \(address.host): no such host")
        return
      }
      self = Self.dialing(first.error, first.target.text ?? target)
    default: self = Self.dialing(error, target)
    }
  }

  private static func dialing(_ error: any Error, _ target: String) -> UpstreamFailure {
    if case .connectTimeout? = error as? ChannelError { return .timedOut("dial tcp \(target): i/o timeout") }
    guard let error = error as? IOError else { return .failed("dial tcp \(target): \(error)") }
    return .failed("dial tcp \(target): connect: \(String(cString: strerror(error.errnoCode)).lowercased())")
  }

  /// A failure of an established connection.
  init(_ error: any Error) {
    switch error {
    case let error as UpstreamFailure: self = error
    case let error as NIOSSLError: self = .failed(Self.text(of: error))
    case is NIOSSLExtraError:
      self = .failed("tls: failed to verify certificate: x509: certificate is not valid for the name asked for")
    case let error as NIOHTTP2Errors.StreamClosed:
      let text = "stream error: \(error.errorCode.debugDescription)"
      self = error.errorCode == .refusedStream ? .refused(text) : .failed(text)
    case let error as NIOHTTP2Errors.StreamError: self = UpstreamFailure(error.baseError)
    case is MalformedMessage: self = .failed("malformed HTTP response: \(error)")
    case let error as IOError:
      self = .failed("read: \(String(cString: strerror(error.errnoCode)).lowercased())")
    default: self = .failed("\(error)")
    }
  }

  private static func text(of error: NIOSSLError) -> String {
    let text = "\(error)"
    let isUnknown = text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate")
    return isUnknown
      ? "tls: failed to verify certificate: x509: certificate signed by unknown authority" : "tls: \(text)"
  }
}

extension SocketAddress {
  /// Address and port.
  var text: String? {
    guard let ipAddress, let port else { return nil }
    return ipAddress.contains(":") ? "[\(ipAddress)]:\(port)" : "\(ipAddress):\(port)"
  }
}

extension HTTPResponse {
  /// A refusal in the format that the shipped gateway's filters use.
  static func unavailable(_ message: String, code: Int = 503, reason: String = "ServiceUnavailable") -> HTTPResponse {
    wrapped([
      "metadata": [:], "status": "Failure", "message": .string(message), "reason": .string(reason),
      "code": .integer(code),
    ])
  }

  /// An upstream's failure in the format of the shipped gateway, which leaves out `status`.
  static func badGateway(_ message: String, code: Int, reason: String) -> HTTPResponse {
    wrapped(["metadata": [:], "message": .string(message), "reason": .string(reason), "code": .integer(code)])
  }

  private static func wrapped(_ status: Value) -> HTTPResponse {
    HTTPResponse(
      status: status["code"]?.integer ?? 500, json: Array(JSON.prettyText(["ErrStatus": status]).utf8))
  }

  /// The shipped gateway's response for a path that does not exist.
  static var pageNotFound: HTTPResponse { plain(404, "404: Page Not Found") }

  /// The refusal of a write.
  static func readOnly(_ text: String) -> HTTPResponse {
    var response = plain(405, text)
    response.headers.add("Allow", "GET, HEAD")
    return response
  }

  static func plain(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(
      status: status,
      headers: ["Content-Type": "text/plain; charset=utf-8", "Content-Length": String(text.utf8.count)],
      bytes: Array(text.utf8))
  }
}
