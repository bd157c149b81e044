/// Who asks, as Kubernetes knows people: by name and by groups.
package struct User: Hashable, Sendable {
  package var name: String
  package var uid: String
  package var groups: [String]
  /// What else is known of them (`Impersonate-Extra-…`), by key.
  var extra: [String: [String]] = [:]

  package init(name: String, uid: String = "", groups: [String] = []) {
    self.name = name
    self.uid = uid
    self.groups = groups
  }

  /// Members may do everything, whatever any policy says.
  static let masters = "system:masters"
  static let authenticated = "system:authenticated"
  static let unauthenticated = "system:unauthenticated"

  /// The person whose process this is; also ksxd's own controllers.
  package static let owner = User(name: "admin", groups: [masters, authenticated])
  /// Somebody who shows nothing.
  package static let anonymous = User(name: "system:anonymous", groups: [unauthenticated])

  /// The user with the group that everybody known is in.
  var joined: User {
    guard name != Self.anonymous.name, !groups.contains(Self.authenticated) else { return self }
    var user = self
    user.groups.append(Self.authenticated)
    return user
  }

  func isMember(of group: String) -> Bool { groups.contains(group) }
}

/// Why a file that says who may do what cannot be used, for the person who starts the server.
package struct AccessFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// From one; 0 when the file as a whole is meant.
  package var line: Int
  package var problem: String

  package var description: String { line > 0 ? "\(file):\(line): \(problem)" : "\(file): \(problem)" }
}
