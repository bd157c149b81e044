package import KubernetesAPI
import Manifest

/// A kind of object that the API serves, and what is particular about it.
package struct ResourceType: Sendable {
  package var resource: Resource
  /// The name of one, as discovery tells it.
  var singular: String
  /// The kind of a list of them.
  var listKind: String
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
  /// Columns of a table beside the name.
  package var columns: [Column]
  /// What a new or changed object of this type has to be, beyond what every object has to.
  package var rules: any ObjectRules
  /// What of it is merged and what is replaced, for those who apply it.
  package var structure: Structure
  /// What its values have to be, where a definition says so.
  var schema: Schema?
  /// The version that objects are kept in.
  var storageVersion: String
  /// Whether objects may be kept in another version than this one.
  var hasOtherVersions = false
  /// How they come from that version and get there, where more than its name differs.
  var conversion: Conversion?
  /// The schemas of all versions, by `apiVersion`: what is kept in one is read in another.
  var schemas: [String: Schema] = [:]
  /// The version of the store since which the schemas are what they are.
  var schemaVersion = 0
  /// What users of this version are told, where its definition calls it deprecated.
  var deprecation: String?
  /// Where the numbers of the `scale` subresource are.
  var scale: ScalePaths?
  /// Fields beside name and namespace that field selectors may name, such as `spec.color`.
  var selectableFields: [String: SelectableField] = [:]

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
    /// RFC 1035 labels, which do not begin with a digit.
    case oldLabel
    /// Anything that can stand in a path, as for roles.
    case pathSegment
  }

  /// Ways between this version of a kind and the one that is kept.
  struct Conversion: Sendable {
    var presenting: @Sendable (Value) -> Value
    var storing: @Sendable (Value) -> Value
  }

  /// Where in an object its scale is found (`CustomResourceSubresourceScale`).
  struct ScalePaths: Hashable, Sendable {
    var specReplicas: [String]
    var statusReplicas: [String]
    var selector: [String]?
  }

  /// Where the value of a field is that selectors may name, and what it is where there is none.
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

  /// Whether it is a question that is answered when it is created.
  var isReview: Bool { verbs == ["create"] }
}

extension ResourceType {
  /// `object` without the fields that are not known.
  func pruned(_ object: Value) -> Value {
    schema?.pruned(object).value ?? object
  }

  /// `object` as an error may show it: of a Secret only what it is called.
  func showing(_ object: Value) -> Value {
    guard resource == .secrets else { return object }
    let metadata: Value = ["name": object[path: "metadata", "name"] ?? .null]
    return ["apiVersion": .string(resource.apiVersion), "kind": .string(resource.kind), "metadata": metadata]
  }

  /// `object` with what its schema and its rules fill in.
  func completed(_ object: Value) -> Value {
    rules.completed(schema?.completed(object) ?? object)
  }

  /// What is wrong with `object`, in the place of `old` if there was one, by its schema and its rules.
  func causes(_ object: Value, replacing old: Value? = nil) -> [Status.Cause] {
    let causes = schemaCauses(object, replacing: old)
    // Rules may rely on the types that the schema demands.
    guard causes.isEmpty else { return causes }
    guard let old else { return rules.causes(object) }
    // What was kept before a default was known is no other than what has it.
    return rules.causes(object, replacing: schema?.native == nil ? old : completed(old))
  }

  /// Of Kubernetes' own kinds what was taken once, by fewer rules, is taken as long as it stays.
  private func schemaCauses(_ object: Value, replacing old: Value?) -> [Status.Cause] {
    guard let schema else { return [] }
    guard schema.native != nil else { return schema.causes(object) }
    let causes = NativeValidation.causes(object, schema)
    guard let old, !causes.isEmpty else { return causes }
    let former = NativeValidation.causes(old, schema)
    return causes.filter { !former.contains($0) }
  }
}
