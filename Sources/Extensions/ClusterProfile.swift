import Manifest

/// What is known of a cluster before it is asked: what it calls an installation.
///
/// Kept as a file, so that an emergency needs no question before its one request.
public struct ClusterProfile: Hashable, Sendable {
  /// The server's URL.
  public var server: String
  public var dialect: Dialect

  public init(server: String, dialect: Dialect) {
    self.server = server
    self.dialect = dialect
  }

  /// Reads what `json` wrote; `nil` when it is anything else.
  public init?(json bytes: some Collection<UInt8>) {
    guard let value = try? JSON.parse(bytes), let server = value["server"]?.string,
      let name = value["dialect"]?.string.flatMap(Dialect.Name.init(rawValue:))
    else { return nil }
    self.init(server: server, dialect: Dialect(name))
  }

  /// The profile as a file.
  public var json: [UInt8] {
    JSON.bytes(["server": .string(server), "dialect": .string(dialect.name.rawValue)])
  }
}
