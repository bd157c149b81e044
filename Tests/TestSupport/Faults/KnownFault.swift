import KubernetesAPI

/// Every kind of fault, at a place where it hurts; the raw value is its name in a report.
///
/// Tests of single requests and of watches go through all of them: to add one, add a case here and what happens in `fault`.
package enum KnownFault: String, CaseIterable, Sendable {
  case nothing, refusal = "a refusal", delay = "a delay", trickle = "a trickle"
  case requestCut = "a request cut in its head", requestReset = "a request reset in its head"
  case silence, silenceInHead = "silence in the head", silenceInBody = "silence in the body"
  case noAnswer = "an end before the answer", resetBeforeAnswer = "a reset before it"
  case endInHead = "an end in the head", endInBody = "an end in the body", resetInBody = "a reset in the body"
  case headTwice = "a head said twice", pieceTwice = "a piece said twice"
  case unauthorized = "a 401 in plain text", forbidden = "a 403", halfForbidden = "half a 403"
  case missing = "a 404 in plain text", conflict = "a 409", gone = "a 410", invalid = "a 422"
  case busy = "too busy", busyForASecond = "too busy for a second", busyForAnHour = "too busy for an hour"
  case failure = "a failure", longFailure = "a failure of three megabytes", emptyFailure = "an empty 503"
  case page = "a proxy's page", pageAfterAll = "a proxy's page after all was done"
  case timeoutAfterAll = "a time-out after all was done"
  case successPage = "a page that says it went well", emptySuccess = "nothing that says it went well"
  case noContent = "a 204", halfJSON = "half a JSON", halfJSONOfNoLength = "half a JSON of no length"
  case halfChunk = "half a chunk", otherObject = "another's answer"
  case successStatus = "a Status that says it went well", redirect = "a way elsewhere"
  case unknownProtocol = "an unknown protocol", noise

  /// The verbs that cannot tell it from the truth, or that it would only slow down.
  package var excludedVerbs: Set<ClientVerb> {
    // A forged answer that something is deleted cannot be recognised.
    if self == .successStatus { return [.delete, .deleteDryRun] }
    // A group that is not there has no resources.
    if self == .missing { return [.discovery] }
    // Each takes the second of the client's timeout.
    if fault.isSilence { return Set(ClientVerb.allCases).subtracting(ClientVerb.main) }
    return []
  }

  /// Each fault with each verb that it is tried on.
  package static let trials: [(verb: ClientVerb, fault: KnownFault)] = allCases.flatMap { fault in
    ClientVerb.allCases.filter { !fault.excludedVerbs.contains($0) }.map { ($0, fault) }
  }

  /// What happens to the connection: to the bytes of a real exchange, or in place of the server's answer.
  package var fault: Fault {
    switch self {
    case .nothing: Fault.none
    case .refusal: .refused
    case .delay: .delayed(milliseconds: 30)
    case .trickle: .trickling
    case .requestCut: .requestCut(after: 20, .orderly)
    case .requestReset: .requestCut(after: 20, .reset)
    case .silence: .stalled(after: 0)
    case .silenceInHead: .stalled(after: 30)
    case .silenceInBody: .stalled(after: 190)
    case .noAnswer: .answerCut(after: 0, .orderly)
    case .resetBeforeAnswer: .answerCut(after: 0, .reset)
    case .endInHead: .answerCut(after: 40, .orderly)
    case .endInBody: .answerCut(after: 180, .orderly)
    case .resetInBody: .answerCut(after: 180, .reset)
    case .headTwice: .answerRepeated(after: 17, last: 17)
    case .pieceTwice: .answerRepeated(after: 150, last: 60)
    case .unauthorized: .answer("401 Unauthorized", "Unauthorized", type: "text/plain")
    case .forbidden: .status(403, "Forbidden", "Forbidden", "extensions is forbidden")
    case .halfForbidden: .answer("403 Forbidden", #"{"kind":"Status","message":"no"#)
    case .missing: .answer("404 Not Found", "404 page not found", type: "text/plain")
    case .conflict: .status(409, "Conflict", "Conflict", "the object has been modified")
    case .gone: .status(410, "Gone", "Expired", "too old")
    case .invalid: .status(422, "Unprocessable Entity", "Invalid", "spec.version: Required value")
    case .busy: .status(429, "Too Many Requests", "TooManyRequests", "slow down")
    case .busyForASecond: .answer("429 Too Many Requests", headers: ["Retry-After: 1"])
    case .busyForAnHour: .answer("429 Too Many Requests", headers: ["Retry-After: 3600"])
    case .failure: .status(500, "Internal Server Error", "InternalError", "etcd is gone")
    case .longFailure: .answer("500 Internal Server Error", String(repeating: "x", count: 3 << 20))
    case .emptyFailure: .answer("503 Service Unavailable")
    case .page: .answer("502 Bad Gateway", "<html><body>\u{1B}[31mnginx</body></html>", type: "text/html")
    case .pageAfterAll: .answer("502 Bad Gateway", "<html>x</html>", isPassedOn: true)
    case .timeoutAfterAll: .answer("504 Gateway Timeout", isPassedOn: true)
    case .successPage: .answer("200 OK", "<!DOCTYPE html><html>Log in</html>", type: "text/html")
    case .emptySuccess: .answer("200 OK")
    case .noContent: .answer("204 No Content")
    case .halfJSON: .answer("200 OK", Self.half)
    case .halfJSONOfNoLength: .unmeasured("200 OK", Self.half)
    case .halfChunk: .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"kind\":\"Ext".utf8)
    case .otherObject: .answer("200 OK", #"{"kind":"Extension","metadata":{"name":"other","resourceVersion":"9"}}"#)
    case .successStatus: .answer("200 OK", #"{"kind":"Status","metadata":{},"status":"Success"}"#)
    case .redirect: .answer("302 Found", headers: ["Location: http://127.0.0.1:9/"])
    case .unknownProtocol: .bytes("SSH-2.0-OpenSSH_9.2\r\n".utf8)
    case .noise: .bytes([UInt8](repeating: 0xF7, count: 300))
    }
  }

  private static let half = #"{"kind":"Extension","metadata":{"na"#
}
