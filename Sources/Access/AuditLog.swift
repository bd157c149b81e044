import HTTP
import KubernetesAPI
import Manifest

/// One line for every write and every login: who, what, whether it was let through; never a credential or a body.
package struct AuditLog: Sendable {
  private let write: @Sendable (String) -> Void

  /// `write` is given each line, in JSON.
  package init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

  /// Notes nothing.
  package static let none = AuditLog { _ in }

  /// A write of `user`, who may be impersonated by `caller`, and the status it was answered with; 0 when an upstream
  /// answers it.
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
    if Target(request.head.target)["dryRun"] != nil { line["dryRun"] = true }
    line["verdict"] = .string(status == 401 || status == 403 ? "refused" : "allowed")
    if status > 0 { line["status"] = .integer(status) }
    add(request, to: line)
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
