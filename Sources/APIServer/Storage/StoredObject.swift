import KubernetesAPI
import Manifest
import Platform

/// The key of an object among those of its resource; cluster-scoped objects have an empty namespace.
struct ObjectKey: Hashable, Comparable, Sendable {
  var namespace: String
  var name: String

  static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    left.namespace == right.namespace ? left.name < right.name : left.namespace < right.namespace
  }
}

/// An object as it is stored: its JSON, and the fields that are needed without parsing it again.
struct StoredObject: Sendable {
  let key: ObjectKey
  let version: Int
  let bytes: [UInt8]
  let labels: [String: String]
  let uid: String
  /// The uids in `metadata.ownerReferences`.
  let owners: [String]
  let isBeingDeleted: Bool

  /// Parses all of the bytes of a database row: they are served unchanged, so they must be valid.
  ///
  /// Clients cannot read a list in which one object has another shape, so its shape must be right, too; `hasMappings`
  /// where `spec` and `status` are mappings, as in all but a user's own kinds.
  init(checking bytes: [UInt8], version: Int, hasMappings: Bool) throws(SyntaxError) {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw SyntaxError(line: 1, column: 1, problem: "the text is no UTF-8")
    }
    let value = JSONCheck.isValid(bytes) ? try? JSON.parse(bytes, skipping: Self.skippedMappings) : nil
    let object = if let value { Object(value) } else { Object(try JSON.parse(bytes)) }
    if let flaw = StoredShape.flaw(in: object.value, hasMappings: hasMappings) {
      throw SyntaxError(line: 1, column: 1, problem: Sentence(verbatim: flaw))
    }
    self.init(object, bytes: bytes, version: version)
  }

  /// Icons and chart data make up most of the bytes, and nothing of them is asked for here.
  private static let skipped = JSONPaths(["spec"], ["status"], ["data"], ["binaryData"], ["metadata", "managedFields"])

  /// The same, where the skipped are mappings.
  private static let skippedMappings = skipped.ofMappings

  /// Parses only the needed fields of `bytes`; `nil` when they are no object.
  init?(bytes: [UInt8], version: Int) {
    guard let value = try? JSON.parse(bytes, skipping: Self.skipped) else { return nil }
    self.init(Object(value), bytes: bytes, version: version)
  }

  /// The object with `version` as its `resourceVersion`.
  init(_ value: Value, version: Int) {
    let stamped = value.setting(["metadata", "resourceVersion"], to: .string(String(version)))
    self.init(Object(stamped), bytes: JSON.bytes(stamped), version: version)
  }

  /// An object as it would be, which no version is of.
  init(unstored value: Value) {
    self.init(Object(value), bytes: JSON.bytes(value), version: 0)
  }

  private init(_ object: Object, bytes: [UInt8], version: Int) {
    key = ObjectKey(namespace: object.namespace ?? "", name: object.name)
    self.version = version
    self.bytes = bytes
    labels = object.labels
    uid = object.uid
    isBeingDeleted = object.isBeingDeleted
    let references = object.value[path: "metadata", "ownerReferences"]?.sequence ?? []
    owners = references.compactMap { $0["uid"]?.string }
  }

  /// The whole object.
  var value: Value {
    guard let value = try? JSON.parse(bytes) else { fatalError("\(key.name) is kept as something that is no JSON") }
    return value
  }
}

/// One change of one object.
struct StoredChange: Sendable {
  enum Kind: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  let kind: Kind
  /// The qualified name of the resource, such as `extensions.kubesphere.io`.
  let collection: String
  /// The object after the change; its last state when it was deleted.
  let object: StoredObject
  /// The object before, or `nil` when there was none or it is no longer known.
  let previous: StoredObject?

  var version: Int { object.version }
}
