import HTTP
import KubernetesAPI
import Platform

/// Whom a request is to be answered for instead of the caller, by its `Impersonate-…` fields.
struct Impersonation {
  let user: User
  /// What the caller must be allowed to: the `impersonate` verb on each (kube-apiserver's impersonation filter).
  let needed: [Attributes]

  /// `nil` where no user is named.
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
    user = name == User.anonymous.name && impersonated.groups.isEmpty ? .anonymous : impersonated.joined
  }

  /// Takes what one field says of a user into `user`; the right to say so.
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
  /// Who `request` is to be answered for: `user`, or whom it names.
  func subject(of request: HTTPRequest, from user: User) throws(Status) -> User {
    guard let impersonation = try Impersonation(request) else { return user }
    for attributes in impersonation.needed { try check(attributes, by: user) }
    return impersonation.user
  }
}

extension IncomingRequest {
  /// The request without the fields that have been acted on, so that they do not count again further on.
  var withoutImpersonation: IncomingRequest {
    guard isImpersonating else { return self }
    var request = self
    request.head.headers.removeAll(where: \.isImpersonation)
    return request
  }

  /// Whether it says for whom it is to be answered.
  var isImpersonating: Bool { head.headers.fields.contains(where: \.isImpersonation) }
}

extension HTTPHeaders.Field {
  /// Whether it says for whom a request is to be answered.
  var isImpersonation: Bool {
    // Asked of every field of every request: hardly any has the first letter.
    (name.utf8.first ?? 0) | 0x20 == UInt8(ascii: "i") && name.lowercased().hasPrefix("impersonate-")
  }
}
