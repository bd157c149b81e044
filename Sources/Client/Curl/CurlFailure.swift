import CCurl
import Glibc
import HTTP
import Platform

/// Turns an error of libcurl into a `TransportError` with a message for the user.
struct CurlFailure {
  var code: CURLcode
  var handle: EasyHandle
  var call: CurlCall

  var error: TransportError {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_NOT_BUILT_IN:
      .invalid(reason: reason)
    case CURLE_SSL_CERTPROBLEM: .invalid(reason: certificateProblem)
    case CURLE_SSL_CACERT_BADFILE: .invalid(reason: "the authority's certificate cannot be read: \(reason)")
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY: .unreachable(host: peerName, reason: reason)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_PROXY: .unreachable(host: host, reason: reason)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
      .untrusted(host: host, reason: reason)
    case CURLE_OPERATION_TIMEDOUT: timeout
    case CURLE_WRITE_ERROR, CURLE_ABORTED_BY_CALLBACK: .cancelled
    // With TLS 1.3 the alert about a refused client certificate arrives only when the response is read.
    case CURLE_RECV_ERROR where ownReason.containsText("alert"): .untrusted(host: host, reason: reason)
    // No part of the request was sent, so it certainly had no effect.
    case _ where !isConnected: .unreachable(host: host, reason: refusalOfProxy ?? reason)
    default: .interrupted(reason: reason)
    }
  }

  /// libcurl gets the key as bytes in memory, so its own message cannot name the key's file.
  private var certificateProblem: Sentence {
    guard let key = call.connection.tls.clientKeyName, ownReason.containsText("private key") else {
      return "the client certificate or its key cannot be used: \(reason)"
    }
    return "the client key \(key) is no private key, or not that of the client certificate"
  }

  private var timeout: TransportError {
    guard isConnected, case .stream(let limit?, _) = call.request.timeoutPolicy else {
      return .unreachable(host: host, reason: reason)
    }
    return .timedOut(seconds: limit)
  }

  /// The error for a transfer that was silent for too long.
  var silence: TransportError {
    let seconds = call.longestSilence ?? 0
    return isConnected
      ? .timedOut(seconds: seconds) : .unreachable(host: host, reason: "no connection within \(seconds) s")
  }

  private var isConnected: Bool { handle.offset(CURLINFO_PRETRANSFER_TIME_T) > 0 }

  private var host: String { call.address.name }

  /// The peer of the TCP connection: the proxy if there is one, otherwise the server.
  private var peerName: String { proxyName ?? host }

  private var proxyName: String? { call.proxy.map { "the proxy \($0.name)" } }

  /// Why the proxy refused the tunnel to the server (RFC 9110 §9.3.6).
  private var refusalOfProxy: Sentence? {
    guard let proxy = call.proxy?.name else { return nil }
    switch handle.number(CURLINFO_HTTP_CONNECTCODE) {
    case 407: return "the proxy \(proxy) asks for a user name and a password"
    case 300...: return "the proxy \(proxy) answered \(handle.number(CURLINFO_HTTP_CONNECTCODE))"
    default: return nil
    }
  }

  /// The system's error text if there is one: libcurl's own mentions attempts and milliseconds, and a port even for a
  /// unix socket.
  private var reason: Sentence {
    let number = Int32(handle.number(CURLINFO_OS_ERRNO))
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST where handle.problem.containsText(call.address.host): return "its name is not known"
    case CURLE_COULDNT_CONNECT where number == ENOENT: return "it is not running"
    case CURLE_COULDNT_CONNECT where number == ECONNREFUSED && call.address.scheme == .unix: return "it is not running"
    case CURLE_COULDNT_CONNECT where number != 0: return Self.cause(String(cString: strerror(number)).lowercased())
    case CURLE_COULDNT_CONNECT where handle.problem.containsText("Failed to connect"): return "it does not answer"
    case CURLE_OPERATION_TIMEDOUT: return "it does not answer"
    default: return Sentence(verbatim: ownReason)
    }
  }

  /// The system's text for which there is no connection; most have a translation.
  private static func cause(_ text: String) -> Sentence {
    switch text {
    case "connection refused": "connection refused"
    case "connection timed out": "connection timed out"
    case "no route to host": "no route to host"
    case "network is unreachable": "network is unreachable"
    default: Sentence(verbatim: text)
    }
  }

  private var ownReason: String {
    let text = handle.problem.isEmpty ? String(cString: curl_easy_strerror(code)) : handle.problem
    return Redaction.removing(call.secrets, from: text)
  }
}
