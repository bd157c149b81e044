public import Client

/// A kind of object that the API serves, and what is particular about it.
public struct ResourceType: Hashable, Sendable {
  public var resource: Resource
  public var shortNames: [String]
  public var categories: [String]
  /// Whether `status` is written apart, through a path of its own.
  public var hasStatus: Bool
  /// What makes `metadata.generation` grow.
  public var generation: Generation
  public var names: NameRule
  /// Verbs, as discovery lists them.
  public var verbs: [String]
  /// Columns of a table beside the name and the age.
  public var columns: [Column]
  /// What a new or changed object of this type has to be.
  public var schema: Schema
  /// What of it is merged and what is replaced, for those who apply it.
  public var structure: Structure

  public enum Generation: Hashable, Sendable {
    /// The type has none.
    case none
    /// A change of anything but `metadata` and a separate `status`.
    case content
  }

  /// Which names are allowed.
  public enum NameRule: Hashable, Sendable {
    /// RFC 1123 subdomains, as for most objects.
    case subdomain
    /// RFC 1123 labels: no dots, at most 63 characters.
    case label
    /// Anything that can stand in a path, as for roles.
    case pathSegment
  }

  /// A column whose cells are found under a path of keys.
  public struct Column: Hashable, Sendable {
    public var title: String
    public var path: [String]
    public var type: String

    public init(_ title: String, _ path: String..., type: String = "string") {
      self.title = title
      self.path = path
      self.type = type
    }
  }

  /// Rules beyond those of every object.
  public enum Schema: Hashable, Sendable {
    case any
    /// Defaults to fill in at a path, and rules to check.
    case installation(configIsText: Bool)
  }

  public init(
    _ resource: Resource, shortNames: [String] = [], categories: [String] = [], hasStatus: Bool = false,
    generation: Generation = .none, names: NameRule = .subdomain, columns: [Column] = [], schema: Schema = .any
  ) {
    self.resource = resource
    self.shortNames = shortNames
    self.categories = categories
    self.hasStatus = hasStatus
    self.generation = generation
    self.names = names
    self.columns = columns
    self.schema = schema
    structure = .kubernetes(resource.plural)
    verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  }

  /// The name of the collection in the store.
  var collection: String { resource.qualifiedName }

  /// Whether it is a question that is answered when it is created.
  var isReview: Bool { verbs == ["create"] }

  /// Custom resources must be updated from the version that was read; Kubernetes' own need not.
  var isCustom: Bool { resource.group.hasSuffix("kubesphere.io") }
}
