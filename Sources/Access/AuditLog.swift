import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Writes one line for every write and every login: who did what, and whether it was allowed; never a credential or a
/// body.
package struct AuditLog: Sendable {
  private let write: @Sendable (String) -> Void

  /// `write` receives each line, in JSON.
  package init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

  /// Records nothing.
  package static let none = AuditLog { _ in }

  /// Records a write by `user`, whom `caller` may be impersonating, and the response status; 0 if the client
  /// disconnected before the response.
  func note(
    _ request: IncomingRequest, _ attributes: Attributes, by user: User, for caller: User, status: Int
  ) {
    var line: Mapping = ["event": "write", "user": .string(user.name)]
    if caller.name != user.name { line["by"] = .string(caller.name) }
    line["verb"] = .string(attributes.verb)
    if attributes.isResourceRequest {
      for (key, text) in [
        ("group", attributes.group), ("resource", attributes.resource), ("subresource", attributes.subresource),
        ("namespace", attributes.namespace), ("name", attributes.name),
      ] where !text.isEmpty { line[key] = .string(text) }
    } else {
      line["path"] = .string(attributes.path)
    }
    if let upgrade = request.upgrade {
      line["upgrade"] = .string(Excerpt.shortened(upgrade.protocols.joined(separator: ", "), to: 100))
    }
    if Target(request.head.target)["dryRun"] != nil { line["dryRun"] = true }
    line["verdict"] = .string(Self.refusals.contains(status) ? "refused" : "allowed")
    if status > 0 { line["status"] = .integer(status) }
    add(request, to: line)
  }

  private static let refusals: Set<Int> = [401, 403, 429]

  /// Records a request that was refused before its user was known: a wrong password, or a write with an invalid
  /// credential.
  func note(refusal status: Status, of request: IncomingRequest) {
    if let name = request.head.basicName {
      note("login", of: name, status.code == 429 ? "locked" : "refused", request)
    }
    guard request.mayWrite else { return }
    let attributes = Attributes(request.head, Target(request.head.target))
    note(request, attributes, by: User(name: ""), for: User(name: ""), status: status.code)
  }

  /// Records the result of a login, a renewal or a logout.
  func note(_ event: String, of user: String, _ verdict: String, _ request: IncomingRequest) {
    add(request, to: ["event": .string(event), "user": .string(user), "verdict": .string(verdict)])
  }

  private func add(_ request: IncomingRequest, to line: Mapping) {
    var line = line
    if !request.connection.peer.isEmpty { line["peer"] = .string(request.connection.peer) }
    line["trace"] = .string(request.trace.traceID)
    write(JSON.text(.mapping(line)))
  }
}

extension IncomingRequest {
  /// Whether the request may change state; every upgrade may, because its stream (such as `exec` in a pod) is not
  /// inspected.
  var mayWrite: Bool { ![.get, .head, .options].contains(head.method) || upgrade != nil }
}

extension HTTPRequest {
  /// The user name of basic authentication, shortened to 253 characters.
  fileprivate var basicName: String? {
    let words = (headers["Authorization"] ?? "").split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "basic", let bytes = Base64.decode(String(words[1])) else {
      return nil
    }
    return Excerpt.shortened(String(decoding: bytes.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self), to: 253)
  }
}

extension HTTPResponse {
  /// Passes the status to `tell`: at once, or for a relayed response when the upstream has responded.
  func reportingStatus(to tell: @escaping @Sendable (Int) -> Void) -> HTTPResponse {
    guard let relay else {
      tell(status)
      return self
    }
    var response = self
    response.relay = relay.reportingStatus(to: tell)
    return response
  }
}
