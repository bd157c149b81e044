import KubernetesAPI

/// What happens to one connection on its way.
package enum Fault: Hashable, Sendable {
  /// Nothing.
  case none
  /// Closed, with a reset, before a byte has passed.
  case refused
  /// The request is held back for a while.
  case delayed(milliseconds: Int)
  /// Every answer arrives byte by byte.
  case trickling
  /// The request ends after so many bytes.
  case requestCut(after: Int, Ending)
  /// The answer ends after so many bytes.
  case answerCut(after: Int, Ending)
  /// One byte of the request is changed by these bits.
  case requestGarbled(at: Int, by: UInt8)
  /// One byte of the answer is changed by these bits.
  case answerGarbled(at: Int, by: UInt8)
  /// After so many bytes of the answer, that many of them come once more.
  case answerRepeated(after: Int, last: Int)
  /// After so many bytes of the answer nothing moves any more, without an end.
  case stalled(after: Int)
  /// The proxy answers by itself, whether the request was passed on or not.
  case replaced([UInt8], isPassedOn: Bool)
  /// Pieces of a stream come again later, whole, as the dice say.
  case chunksRepeated(seed: UInt64)

  /// How a connection ends: with a FIN or with a reset.
  package enum Ending: Hashable, Sendable, CaseIterable { case orderly, reset }
}

extension Fault {
  /// Whether the client learns of it by its own timeout only.
  package var isSilence: Bool { if case .stalled = self { true } else { false } }

  /// Whether one side may come to wait for what the other will not send, such as the rest of a changed length.
  package var maySilence: Bool {
    switch self {
    case .stalled, .requestGarbled, .answerGarbled, .answerRepeated: true
    default: false
    }
  }

  /// A whole answer of the proxy's own, after which it hangs up.
  package static func answer(
    _ status: String, _ body: String = "", type: String = "application/json", headers: [String] = [],
    isPassedOn: Bool = false
  ) -> Fault {
    let fields = (["Content-Type: \(type)", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers)
      .map { $0 + "\r\n" }.joined()
    return .replaced(Array("HTTP/1.1 \(status)\r\n\(fields)\r\n\(body)".utf8), isPassedOn: isPassedOn)
  }

  /// A refusal as Kubernetes words it.
  static func status(_ code: Int, _ phrase: String, _ reason: String, _ message: String) -> Fault {
    answer(
      "\(code) \(phrase)",
      #"{"kind":"Status","apiVersion":"v1","status":"Failure","code":\#(code),"reason":"\#(reason)","message":"\#(message)"}"#
    )
  }

  /// An answer that ends where the connection does, and says nothing of its length.
  static func unmeasured(_ status: String, _ body: String) -> Fault {
    .replaced(Array("HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\r\n\(body)".utf8), isPassedOn: false)
  }

  /// Bytes instead of an answer.
  static func bytes(_ bytes: some Collection<UInt8>) -> Fault { .replaced(Array(bytes), isPassedOn: false) }
}
