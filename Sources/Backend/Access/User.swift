/// Who asks, as Kubernetes knows people: by name and by groups.
public struct User: Hashable, Sendable {
  public var name: String
  public var uid: String
  public var groups: [String]
  /// What else is known of them (`Impersonate-Extra-…`), by key.
  var extra: [String: [String]] = [:]

  public init(name: String, uid: String = "", groups: [String] = []) {
    self.name = name
    self.uid = uid
    self.groups = groups
  }

  /// Members may do everything, whatever any policy says.
  static let masters = "system:masters"
  static let authenticated = "system:authenticated"
  static let unauthenticated = "system:unauthenticated"

  /// The person whose process this is; also ksxd's own controllers.
  public static let owner = User(name: "admin", groups: [masters, authenticated])
  /// Somebody who shows nothing.
  public static let anonymous = User(name: "system:anonymous", groups: [unauthenticated])

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
public struct AccessFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// From one; 0 when the file as a whole is meant.
  public var line: Int
  public var problem: String

  public var description: String { line > 0 ? "\(file):\(line): \(problem)" : "\(file): \(problem)" }
}
