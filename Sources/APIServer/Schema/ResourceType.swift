package import KubernetesAPI

/// A kind of object that the API serves, and what is particular about it.
package struct ResourceType: Sendable {
  package var resource: Resource
  package var shortNames: [String]
  package var categories: [String]
  /// Whether a definition describes it (`CustomResourceDefinition`): such objects must be updated from the version that
  /// was read, Kubernetes' own need not.
  package var isCustom = false
  /// Whether `status` is written apart, through a path of its own.
  package var hasStatus: Bool
  /// What makes `metadata.generation` grow.
  package var generation: Generation
  package var names: NameRule
  /// Verbs, as discovery lists them.
  package var verbs: [String]
  /// Columns of a table beside the name and the age.
  package var columns: [Column]
  /// What a new or changed object of this type has to be, beyond what every object has to.
  package var rules: any ObjectRules
  /// What of it is merged and what is replaced, for those who apply it.
  package var structure: Structure

  package enum Generation: Hashable, Sendable {
    /// The type has none.
    case none
    /// A change of anything but `metadata` and a separate `status`.
    case content
  }

  /// Which names are allowed.
  package enum NameRule: Hashable, Sendable {
    /// RFC 1123 subdomains, as for most objects.
    case subdomain
    /// RFC 1123 labels: no dots, at most 63 characters.
    case label
    /// Anything that can stand in a path, as for roles.
    case pathSegment
  }

  /// A column whose cells are found under a path of keys.
  package struct Column: Hashable, Sendable {
    package var title: String
    package var path: [String]
    package var type: String

    package init(_ title: String, _ path: String..., type: String = "string") {
      self.title = title
      self.path = path
      self.type = type
    }
  }

  package init(
    _ resource: Resource, shortNames: [String] = [], categories: [String] = [], hasStatus: Bool = false,
    generation: Generation = .none, names: NameRule = .subdomain, columns: [Column] = [],
    rules: any ObjectRules = NoRules()
  ) {
    self.resource = resource
    self.shortNames = shortNames
    self.categories = categories
    self.hasStatus = hasStatus
    self.generation = generation
    self.names = names
    self.columns = columns
    self.rules = rules
    structure = .kubernetes(resource.plural)
    verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  }

  /// The name of the collection in the store.
  var collection: String { resource.qualifiedName }

  /// Whether it is a question that is answered when it is created.
  var isReview: Bool { verbs == ["create"] }
}
