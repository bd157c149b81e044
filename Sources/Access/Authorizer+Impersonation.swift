import HTTP
import KubernetesAPI
import Platform

extension Authorizer {
  /// Who `request` is to be answered for: `user`, or whom it names in `Impersonate-…` fields.
  ///
  /// Every one of them needs the `impersonate` verb (kube-apiserver's impersonation filter).
  func subject(of request: HTTPRequest, from user: User) throws(Status) -> User {
    guard request.headers.fields.contains(where: \.isImpersonation) else { return user }
    let name = request.headers["Impersonate-User"] ?? ""
    var impersonated = User(name: name)
    var wanted: [Attributes] = name.isEmpty ? [] : [Self.impersonation(of: name)]
    for field in request.headers.fields where field.isImpersonation {
      guard let attributes = Self.read(field, into: &impersonated) else { continue }
      wanted.append(attributes)
    }
    guard !wanted.isEmpty else { return user }
    guard !name.isEmpty else {
      throw Status(
        code: 500, reason: "InternalError",
        message: "Internal error occurred: groups, a uid or extra fields are to be impersonated without a user")
    }
    for attributes in wanted { try check(attributes, by: user) }
    if name == User.anonymous.name, impersonated.groups.isEmpty { return .anonymous }
    return impersonated.joined
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
