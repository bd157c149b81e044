/// Who asks, as Kubernetes knows users: by name and by groups.
package struct User: Hashable, Sendable {
  package var name: String
  package var uid: String
  package var groups: [String]
  /// What else is known of them (`Impersonate-Extra-…`), by key.
  package var extra: [String: [String]] = [:]

  package init(name: String, uid: String = "", groups: [String] = []) {
    self.name = name
    self.uid = uid
    self.groups = groups
  }

  /// Members may do everything, without regard to policies.
  package static let masters = "system:masters"
  package static let authenticated = "system:authenticated"
  package static let unauthenticated = "system:unauthenticated"

  /// The user whose process this is; also ksxd's own controllers.
  package static let owner = User(name: "admin", groups: [masters, authenticated])
  /// A caller without credentials.
  package static let anonymous = User(name: "system:anonymous", groups: [unauthenticated])

  /// The user with the group of all authenticated users.
  package var joined: User {
    guard name != Self.anonymous.name, !groups.contains(Self.authenticated) else { return self }
    var user = self
    user.groups.append(Self.authenticated)
    return user
  }

  package func isMember(of group: String) -> Bool { groups.contains(group) }
}
