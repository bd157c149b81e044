/// What happens to one connection on its way.
enum Fault: Hashable, Sendable {
  case none
  /// Closed, with a reset, before a byte has passed.
  case refused
  /// The request is held back for a while.
  case delayed(milliseconds: Int)
  /// Every answer arrives byte by byte.
  case trickling
  case requestCut(after: Int, Ending)
  case answerCut(after: Int, Ending)
  /// One byte is changed by these bits.
  case requestGarbled(at: Int, by: UInt8)
  case answerGarbled(at: Int, by: UInt8)
  /// After so many bytes of the answer, that many of them come once more.
  case answerRepeated(after: Int, last: Int)
  /// After so many bytes of the answer nothing moves any more, and nobody says so.
  case stalled(after: Int)
  /// The proxy answers, and whether the request went on is its secret.
  case replaced([UInt8], isPassedOn: Bool)
  /// Pieces of a stream come again later, whole, as the dice say.
  case chunksRepeated(seed: UInt64)

  enum Ending: Hashable, Sendable, CaseIterable { case orderly, reset }
}

extension Fault {
  var isSilence: Bool { if case .stalled = self { true } else { false } }

  /// A whole answer of the proxy's own, after which it hangs up.
  static func answer(
    _ status: String, _ body: String = "", type: String = "application/json", headers: [String] = [],
    isPassedOn: Bool = false
  ) -> Fault {
    let fields = (["Content-Type: \(type)", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers)
      .map { $0 + "\r\n" }.joined()
    return .replaced(Array("HTTP/1.1 \(status)\r\n\(fields)\r\n\(body)".utf8), isPassedOn: isPassedOn)
  }

  /// An answer that ends where the connection does, and says nothing of its length.
  static func unmeasured(_ status: String, _ body: String) -> Fault {
    .replaced(Array("HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\r\n\(body)".utf8), isPassedOn: false)
  }

  /// The head and one chunk, cut in the middle, and an orderly end.
  static let halfChunk = Fault.replaced(
    Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"kind\":\"Ext".utf8), isPassedOn: false)

  static func status(_ code: Int, _ reason: String, _ message: String) -> String {
    #"{"kind":"Status","apiVersion":"v1","status":"Failure","code":\#(code),"reason":"\#(reason)","message":"\#(message)"}"#
  }

  /// Every kind of fault, at a place where it hurts.
  static let all: [(name: String, fault: Fault)] = [
    ("nothing", .none), ("a refusal", .refused), ("a delay", .delayed(milliseconds: 30)), ("a trickle", .trickling),
    ("a request cut in its head", .requestCut(after: 20, .orderly)),
    ("a request reset in its head", .requestCut(after: 20, .reset)),
    ("silence", .stalled(after: 0)), ("silence in the head", .stalled(after: 30)),
    ("silence in the body", .stalled(after: 190)),
    ("an end before the answer", .answerCut(after: 0, .orderly)), ("a reset before it", .answerCut(after: 0, .reset)),
    ("an end in the head", .answerCut(after: 40, .orderly)), ("an end in the body", .answerCut(after: 180, .orderly)),
    ("a reset in the body", .answerCut(after: 180, .reset)),
    ("a head said twice", .answerRepeated(after: 17, last: 17)),
    ("a piece said twice", .answerRepeated(after: 150, last: 60)),
    ("too busy", .answer("429 Too Many Requests", Fault.status(429, "TooManyRequests", "slow down"))),
    ("too busy for a second", .answer("429 Too Many Requests", "", headers: ["Retry-After: 1"])),
    ("too busy for an hour", .answer("429 Too Many Requests", "", headers: ["Retry-After: 3600"])),
    ("a failure", .answer("500 Internal Server Error", Fault.status(500, "InternalError", "etcd is gone"))),
    ("an empty 503", .answer("503 Service Unavailable")),
    ("a proxy's page", .answer("502 Bad Gateway", "<html><body>\u{1B}[31mnginx</body></html>", type: "text/html")),
    ("a proxy's page after all was done", .answer("502 Bad Gateway", "<html>x</html>", isPassedOn: true)),
    ("a time-out after all was done", .answer("504 Gateway Timeout", "", isPassedOn: true)),
    ("a page that says it went well", .answer("200 OK", "<!DOCTYPE html><html>Log in</html>", type: "text/html")),
    ("nothing that says it went well", .answer("200 OK")), ("a 204", .answer("204 No Content")),
    ("half a JSON", .answer("200 OK", #"{"kind":"Extension","metadata":{"na"#)),
    ("half a JSON of no length", .unmeasured("200 OK", #"{"kind":"Extension","metadata":{"na"#)),
    ("half a chunk", .halfChunk),
    ("another's answer", .answer("200 OK", #"{"kind":"Extension","metadata":{"name":"other","resourceVersion":"9"}}"#)),
    ("a Status that says it went well", .answer("200 OK", #"{"kind":"Status","metadata":{},"status":"Success"}"#)),
    ("a way elsewhere", .answer("302 Found", "", headers: ["Location: http://127.0.0.1:9/"])),
    ("an unknown protocol", .replaced(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), isPassedOn: false)),
    ("noise", .replaced([UInt8](repeating: 0xF7, count: 300), isPassedOn: false)),
  ]
}
