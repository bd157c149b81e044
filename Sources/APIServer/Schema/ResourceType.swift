package import KubernetesAPI
import Manifest

/// A kind of object that the API serves, and its properties.
package struct ResourceType: Sendable {
  package var resource: Resource
  /// The singular name in discovery.
  var singular: String
  /// The kind of a list of its objects.
  var listKind: String
  package var shortNames: [String]
  package var categories: [String]
  /// Whether a CustomResourceDefinition defines it: updates of such objects must name the resource version that was
  /// read, those of Kubernetes' own need not.
  package var isCustom = false
  /// Whether `status` is a subresource, and so written separately.
  package var hasStatus: Bool
  /// What increases `metadata.generation`.
  package var generation: Generation
  package var names: NameRule
  /// Verbs, as discovery lists them.
  package var verbs: [String]
  /// The columns of a table besides the name.
  package var columns: [Column]
  /// The defaults and the validation of objects beyond the schema.
  package var rules: any ObjectRules
  /// Which parts of an object server-side apply merges, and which it replaces.
  package var structure: Structure
  /// The schema of its objects, if it has one.
  var schema: Schema?
  /// The version in which objects are stored.
  var storageVersion: String
  /// Whether objects may be stored in another version than this one.
  var hasOtherVersions = false
  /// The conversion between this version and the stored one, if more than `apiVersion` differs.
  var conversion: Conversion?
  /// The schemas of all versions by `apiVersion`, because an object stored in one version is read in another.
  var schemas: [String: Schema] = [:]
  /// The resource version at which the schemas last changed.
  var schemaVersion = 0
  /// The warning to clients of this version, if its definition deprecates it.
  var deprecation: String?
  /// The paths of the `scale` subresource; `nil` without one.
  var scale: ScalePaths?
  /// Fields besides name and namespace that field selectors may name, such as `spec.color`.
  var selectableFields: [String: SelectableField] = [:]

  package enum Generation: Hashable, Sendable {
    /// Objects have no generation.
    case none
    /// A change of anything but `metadata` and a separate `status`.
    case content
  }

  /// The names that objects may have.
  package enum NameRule: Hashable, Sendable {
    /// RFC 1123 subdomains, as for most objects.
    case subdomain
    /// RFC 1123 labels: no dots, at most 63 characters.
    case label
    /// RFC 1035 labels, which do not begin with a digit.
    case rfc1035Label
    /// Anything that can be a path segment, as for roles.
    case pathSegment
  }

  /// Conversion between this version of a kind and the stored one.
  struct Conversion: Sendable {
    var presenting: @Sendable (Value) -> Value
    var storing: @Sendable (Value) -> Value
  }

  /// The paths of the scale in an object (`CustomResourceSubresourceScale`).
  struct ScalePaths: Hashable, Sendable {
    var specReplicas: [String]
    var statusReplicas: [String]
    var selector: [String]?
  }

  /// The path of a field that selectors may name, and its value in objects without it.
  struct SelectableField: Hashable, Sendable {
    var path: JSONPath
    var otherwise = ""

    func text(in object: Value) -> String {
      path.values(in: object).first.map { $0.string ?? JSON.text($0) } ?? otherwise
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
    self.columns = columns + [.age]
    self.rules = rules
    structure = .object([:])
    singular = resource.kind.lowercased()
    listKind = resource.kind + "List"
    storageVersion = resource.version
    verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  }

  /// The name of the collection in the store.
  var collection: String { resource.qualifiedName }

  /// Whether its objects are reviews, which are answered when they are created, and not stored.
  var isReview: Bool { verbs == ["create"] }
}

extension ResourceType {
  /// `object` without unknown fields.
  func pruned(_ object: Value) -> Value {
    schema?.pruned(object).value ?? object
  }

  /// `object` as an error may show it: of a Secret only its kind and name.
  func redacted(_ object: Value) -> Value {
    guard resource == .secrets else { return object }
    let metadata: Value = ["name": object[path: "metadata", "name"] ?? .null]
    return ["apiVersion": .string(resource.apiVersion), "kind": .string(resource.kind), "metadata": metadata]
  }

  /// `object` with the defaults of its schema and its rules.
  func defaulted(_ object: Value) -> Value {
    rules.defaulted(schema?.defaulted(object) ?? object)
  }

  /// The errors that schema and rules find in `object`, which replaces `old` if given.
  func causes(_ object: Value, replacing old: Value? = nil) -> [Status.Cause] {
    let causes = schemaCauses(object, replacing: old)
    // Rules may rely on the types that the schema requires.
    guard causes.isEmpty else { return causes }
    guard let old else { return rules.causes(object) }
    // An object that was stored before a default existed counts as having it.
    return rules.causes(object, replacing: schema?.native == nil ? old : defaulted(old))
  }

  /// For Kubernetes' own kinds, errors that `old` already has are ignored: it was accepted under less strict rules.
  private func schemaCauses(_ object: Value, replacing old: Value?) -> [Status.Cause] {
    guard let schema else { return [] }
    guard schema.native != nil else { return schema.causes(object) }
    let causes = NativeValidation.causes(object, schema)
    guard let old, !causes.isEmpty else { return causes }
    let former = NativeValidation.causes(old, schema)
    return causes.filter { !former.contains($0) }
  }
}
