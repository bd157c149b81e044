import HTTP
import KubernetesAPI
import Manifest
import Platform

/// One line for every write and every login: who, what, whether it was let through; never a credential or a body.
package struct AuditLog: Sendable {
  private let write: @Sendable (String) -> Void

  /// `write` is given each line, in JSON.
  package init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

  /// Notes nothing.
  package static let none = AuditLog { _ in }

  /// A write of `user`, who may be impersonated by `caller`, and the status it was answered with; 0 when the client left
  /// before it was answered.
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

  /// What was refused before it was known who asks: a password that is wrong, a write with a credential that is no good.
  func note(refusal status: Status, of request: IncomingRequest) {
    if let name = request.head.basicName {
      note("login", of: name, status.code == 429 ? "locked" : "refused", request)
    }
    guard request.mayWrite else { return }
    let attributes = Attributes(request.head, Target(request.head.target))
    note(request, attributes, by: User(name: ""), for: User(name: ""), status: status.code)
  }

  /// What came of a login, a renewal or a logout.
  func note(_ event: String, of user: String, _ verdict: String, _ request: IncomingRequest) {
    add(request, to: ["event": .string(event), "user": .string(user), "verdict": .string(verdict)])
  }

  private func add(_ request: IncomingRequest, to line: Mapping) {
    var line = line
    if !request.connection.peer.isEmpty { line["peer"] = .string(request.connection.peer) }
    line["trace"] = .string(request.trace.id)
    write(JSON.text(.mapping(line)))
  }
}

extension IncomingRequest {
  /// Whether it could change something: what is said after an upgrade (a command in a pod) is not seen.
  var mayWrite: Bool { ![.get, .head, .options].contains(head.method) || upgrade != nil }
}

extension HTTPRequest {
  /// The name that basic authentication shows, cut where it is no name any more.
  fileprivate var basicName: String? {
    let words = (headers["Authorization"] ?? "").split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "basic", let bytes = Base64.decode(String(words[1])) else {
      return nil
    }
    return Excerpt.shortened(String(decoding: bytes.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self), to: 253)
  }
}

extension HTTPResponse {
  /// Tells its status once that is known: at once, or where another server answers, when it has.
  func telling(_ tell: @escaping @Sendable (Int) -> Void) -> HTTPResponse {
    guard let relay else {
      tell(status)
      return self
    }
    var response = self
    response.relay = relay.telling(tell)
    return response
  }
}
