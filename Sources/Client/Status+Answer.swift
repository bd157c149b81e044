import Glibc
import Manifest

extension Status {
  /// Reads whatever came with a status that is no success.
  init(code: Int, headers: HTTPHeaders = [:], body: [UInt8], now: Int = time(nil)) {
    self.init(code: code, retryAfter: headers["Retry-After"].flatMap { RetryAfter.seconds($0, now: now) })
    if let value = try? JSON.parse(body), value.mapping != nil {
      read(value)
    } else {
      message = Excerpt.of(body)
    }
    if reason.isEmpty { reason = Self.reason(code) }
  }

  /// A `Status` in the stream of a watch.
  init(_ value: Value) {
    self.init(code: value["code"]?.integer ?? 500)
    read(value)
    if reason.isEmpty { reason = Self.reason(code) }
  }

  private mutating func read(_ value: Value) {
    // Ours in `message`, others' in `error` or `error_description`.
    message = ["message", "error_description", "error"].lazy.compactMap { value[$0]?.string }.first ?? ""
    message = Excerpt.shortened(message, to: 1000)
    reason = value["reason"]?.string ?? ""
    name = value[path: "details", "name"]?.string ?? ""
    if let seconds = value[path: "details", "retryAfterSeconds"]?.integer, retryAfter == nil, seconds > 0 {
      retryAfter = seconds
    }
    causes = (value[path: "details", "causes"]?.sequence ?? []).map { cause in
      Cause(field: cause["field"]?.string ?? "", message: Excerpt.shortened(cause["message"]?.string ?? "", to: 1000))
    }
  }

  private static func reason(_ code: Int) -> String {
    switch code {
    case 400: "BadRequest"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "NotFound"
    case 405: "MethodNotAllowed"
    case 409: "Conflict"
    case 410: "Expired"
    case 413: "RequestEntityTooLarge"
    case 415: "UnsupportedMediaType"
    case 422: "Invalid"
    case 429: "TooManyRequests"
    case 500: "InternalError"
    case 503: "ServiceUnavailable"
    case 504: "Timeout"
    default: ""
    }
  }

  /// Whether what was asked about a version is no longer known.
  var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
}

/// The value of a `Retry-After` field (RFC 9110 §10.2.3): seconds or a date.
enum RetryAfter {
  static func seconds(_ text: String, now: Int) -> Int? {
    if let seconds = Int(text) { return seconds >= 0 ? min(seconds, 86_400) : nil }
    return date(text).map { max(0, min($0 - now, 86_400)) }
  }

  /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func date(_ text: String) -> Int? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = text.split { " ,:".contains($0) }
    guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
    let numbers = [parts[1], parts[3], parts[4], parts[5], parts[6]].compactMap { Int32($0) }
    guard numbers.count == 5 else { return nil }
    var moment = tm()
    moment.tm_mday = numbers[0]
    moment.tm_mon = Int32(month)
    moment.tm_year = numbers[1] - 1900
    moment.tm_hour = numbers[2]
    moment.tm_min = numbers[3]
    moment.tm_sec = numbers[4]
    return timegm(&moment)
  }
}
