/// A user as Kubernetes identifies one: by name, UID, groups and extra attributes.
package struct User: Hashable, Sendable {
  package var name: String
  package var uid: String
  package var groups: [String]
  /// Further attributes (`Impersonate-Extra-…`), by key.
  package var extra: [String: [String]] = [:]

  package init(name: String, uid: String = "", groups: [String] = []) {
    self.name = name
    self.uid = uid
    self.groups = groups
  }

  /// Members are allowed everything, whatever the policies say.
  package static let masters = "system:masters"
  package static let authenticated = "system:authenticated"
  package static let unauthenticated = "system:unauthenticated"

  /// The user who runs this process; ksxd's own controllers act as this user too.
  package static let owner = User(name: "admin", groups: [masters, authenticated])
  /// A caller without credentials.
  package static let anonymous = User(name: "system:anonymous", groups: [unauthenticated])

  /// The user with the group `system:authenticated` added, unless anonymous.
  package var addingAuthenticatedGroup: User {
    guard name != Self.anonymous.name, !groups.contains(Self.authenticated) else { return self }
    var user = self
    user.groups.append(Self.authenticated)
    return user
  }

  package func isMember(of group: String) -> Bool { groups.contains(group) }
}
