/// What will happen, shown before anything does.
public struct Plan: Hashable, Sendable {
  public var change: Change
  public var name: String
  /// What a person reads: one line for each thing that will be different.
  public var effects: [Effect]
  /// What speaks against it; the blocking ones must be gone before it can be applied.
  public var problems: [Problem]
  public var write: Write
  /// The same write as a kubectl command line.
  public var kubectl: String

  public struct Effect: Hashable, Sendable {
    public enum Sign: Hashable, Sendable {
      case added, removed, changed, note
    }

    public var sign: Sign
    public var text: String

    public init(_ sign: Sign, _ text: String) {
      self.sign = sign
      self.text = text
    }
  }

  public struct Problem: Hashable, Sendable {
    public var isBlocking: Bool
    public var text: String

    public init(isBlocking: Bool, _ text: String) {
      self.isBlocking = isBlocking
      self.text = text
    }
  }

  public var isBlocked: Bool { problems.contains(where: \.isBlocking) }
}

/// What a plan is made from: all that is known of the cluster when it is asked for.
public struct PlanContext: Hashable, Sendable {
  public var dialect: Dialect
  /// The cluster's name as the person knows it, for confirmations.
  public var cluster: String
  public var extensions: [String: Extension]
  public var installations: [String: Installation]
  /// The versions of the extension the plan is about, by version.
  public var versions: [String: ExtensionVersion]

  public init(
    dialect: Dialect, cluster: String, extensions: [String: Extension], installations: [String: Installation],
    versions: [String: ExtensionVersion]
  ) {
    self.dialect = dialect
    self.cluster = cluster
    self.extensions = extensions
    self.installations = installations
    self.versions = versions
  }
}
