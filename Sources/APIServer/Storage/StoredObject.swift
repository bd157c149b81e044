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
  /// The UIDs in `metadata.ownerReferences`.
  let owners: [String]
  let isBeingDeleted: Bool

  /// Parses all bytes of a database row: they are served unchanged, so they must be valid.
  ///
  /// Its shape must be valid too, because clients cannot read a list with one malformed object; `requiresMappings`
  /// requires mappings as `spec` and `status`, which all but users' own kinds have.
  init(checking bytes: [UInt8], version: Int, requiresMappings: Bool) throws(SyntaxError) {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw SyntaxError(line: 1, column: 1, problem: "the text is no UTF-8")
    }
    let value = JSONCheck.isValid(bytes) ? try? JSON.parse(bytes, skipping: Self.skippedMappings) : nil
    let object = if let value { Object(value) } else { Object(try JSON.parse(bytes)) }
    if let flaw = StoredShape.flaw(in: object.value, requiresMappings: requiresMappings) {
      throw SyntaxError(line: 1, column: 1, problem: Sentence(verbatim: flaw))
    }
    self.init(object, bytes: bytes, version: version)
  }

  /// Icons and chart data make up most of the bytes, and are not needed here.
  private static let skipped = JSONPaths(["spec"], ["status"], ["data"], ["binaryData"], ["metadata", "managedFields"])

  /// As `skipped`, but only values that are mappings.
  private static let skippedMappings = skipped.ofMappings

  /// Parses only the needed fields of `bytes`; `nil` if they are not JSON.
  init?(bytes: [UInt8], version: Int) {
    guard let value = try? JSON.parse(bytes, skipping: Self.skipped) else { return nil }
    self.init(Object(value), bytes: bytes, version: version)
  }

  /// The object with `version` as its `resourceVersion`.
  init(_ value: Value, version: Int) {
    let stamped = value.setting(["metadata", "resourceVersion"], to: .string(String(version)))
    self.init(Object(stamped), bytes: JSON.bytes(stamped), version: version)
  }

  /// An object that is not stored and has no version, as in a dry run.
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
  /// The object before the change; `nil` if there was none or it is no longer known.
  let previous: StoredObject?

  var version: Int { object.version }
}
