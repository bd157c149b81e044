import HTTP
import KubernetesAPI
import Platform

/// The user that a request impersonates by its `Impersonate-…` fields.
struct Impersonation {
  let user: User
  /// What the caller needs the `impersonate` verb on (kube-apiserver's impersonation filter).
  let needed: [Attributes]

  /// `nil` without such fields; throws 500 if groups, a UID or extra fields are given without a user.
  init?(_ request: HTTPRequest) throws(Status) {
    guard request.headers.fields.contains(where: \.isImpersonation) else { return nil }
    let name = request.headers["Impersonate-User"] ?? ""
    var impersonated = User(name: name)
    var wanted: [Attributes] = name.isEmpty ? [] : [Self.impersonation(of: name)]
    for field in request.headers.fields where field.isImpersonation {
      guard let attributes = Self.read(field, into: &impersonated) else { continue }
      wanted.append(attributes)
    }
    guard !wanted.isEmpty else { return nil }
    guard !name.isEmpty else {
      throw Status(
        code: 500, reason: "InternalError",
        message: "Internal error occurred: groups, a uid or extra fields are to be impersonated without a user")
    }
    needed = wanted
    user =
      name == User.anonymous.name && impersonated.groups.isEmpty ? .anonymous : impersonated.addingAuthenticatedGroup
  }

  /// Adds what one field says to `user`, and returns the permission that it needs.
  private static func read(_ field: HTTPHeaders.Field, into user: inout User) -> Attributes? {
    let key = field.name.lowercased()
    let prefix = "impersonate-extra-"
    if key == "impersonate-group" {
      user.groups.append(field.value)
      return Attributes(verb: "impersonate", resource: "groups", name: field.value)
    }
    if key == "impersonate-uid" {
      user.uid = field.value
      return Attributes(
        verb: "impersonate", group: "authentication.k8s.io", resource: "uids", name: field.value)
    }
    guard key.hasPrefix(prefix) else { return nil }
    let name = PercentEncoding.decode(key.dropFirst(prefix.count))
    user.extra[name, default: []].append(field.value)
    return Attributes(
      verb: "impersonate", group: "authentication.k8s.io", resource: "userextras", subresource: name,
      name: field.value)
  }

  private static func impersonation(of name: String) -> Attributes {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" else {
      return Attributes(verb: "impersonate", resource: "users", name: name)
    }
    var attributes = Attributes(verb: "impersonate", resource: "serviceaccounts", name: String(parts[3]))
    attributes.namespace = String(parts[2])
    return attributes
  }
}

extension Authorizer {
  /// The user to act as: `user`, or the user that `request` impersonates; throws 403 if `user` may not.
  func subject(of request: HTTPRequest, from user: User) throws(Status) -> User {
    guard let impersonation = try Impersonation(request) else { return user }
    for attributes in impersonation.needed { try check(attributes, by: user) }
    return impersonation.user
  }
}

extension IncomingRequest {
  /// The request without its `Impersonate-…` fields, so that later handlers do not apply them again.
  var withoutImpersonation: IncomingRequest {
    guard isImpersonating else { return self }
    var request = self
    request.head.headers.removeAll(where: \.isImpersonation)
    return request
  }

  /// Whether the request has `Impersonate-…` fields.
  var isImpersonating: Bool { head.headers.fields.contains(where: \.isImpersonation) }
}

extension HTTPHeaders.Field {
  /// Whether this is an `Impersonate-…` field.
  var isImpersonation: Bool {
    // Called for every field of every request: the first letter excludes nearly all of them.
    (name.utf8.first ?? 0) | 0x20 == UInt8(ascii: "i") && name.lowercased().hasPrefix("impersonate-")
  }
}
