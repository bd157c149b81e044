import KubernetesAPI
import Manifest

/// Validates the metadata of an object, with Kubernetes' messages.
struct MetadataRules: Sendable {
  var type: ResourceType

  init(_ type: ResourceType) { self.type = type }

  private static let annotationLimit = 256 << 10

  static let keyRule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  static let subdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

  static let labelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
    + "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

  /// Precedes `labelRule` in messages about names of kinds.
  static let kindRule = "may have mixed case, but should otherwise match: "

  static let rfc1035LabelRule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    + "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    + "'[a-z]([-a-z0-9]*[a-z0-9])?')"

  static let valueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    + "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

  func causes(_ value: Value) -> [Status.Cause] {
    guard let metadata = value["metadata"], metadata.mapping != nil else {
      return [.required("metadata.name", "name or generateName is required")]
    }
    return nameCauses(metadata["name"]) + Self.causes(ofAny: metadata, at: "metadata")
  }

  /// Validates the metadata of an object embedded in another; its types have been checked.
  ///
  /// Its name is not checked, because nothing is stored under it.
  static func causes(embedded metadata: Value, at field: String) -> [Status.Cause] {
    let causes = causes(ofAny: metadata, at: field)
    guard let namespace = metadata["namespace"]?.string, !namespace.isEmpty, !Syntax.isLabel(namespace) else {
      return causes
    }
    return [.invalid(field + ".namespace", .string(namespace), labelRule)] + causes
  }

  private static func causes(ofAny metadata: Value, at field: String) -> [Status.Cause] {
    sizeCauses(metadata["annotations"], field + ".annotations")
      + labelCauses(metadata["labels"], field + ".labels", isLabel: true)
      + labelCauses(metadata["annotations"], field + ".annotations", isLabel: false)
      + listCauses(metadata["finalizers"], field + ".finalizers")
      + controllerCauses(metadata["ownerReferences"], field + ".ownerReferences")
      + ownerCauses(metadata["ownerReferences"], field + ".ownerReferences")
  }

  /// All annotations together may have 256 KiB.
  private static func sizeCauses(_ annotations: Value?, _ field: String) -> [Status.Cause] {
    let size = (annotations?.mapping?.pairs ?? []).reduce(0) {
      $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0)
    }
    return size > annotationLimit ? [.tooLong(field, bytes: annotationLimit)] : []
  }

  private func nameCauses(_ value: Value?) -> [Status.Cause] {
    guard let name = value?.string, !name.isEmpty else {
      return [.required("metadata.name", "name or generateName is required")]
    }
    switch type.names {
    case .subdomain where !Syntax.isSubdomain(name):
      return [
        .invalid(
          "metadata.name", .string(name), Self.subdomainRule)
      ]
    case .label where !Syntax.isLabel(name):
      return [.invalid("metadata.name", .string(name), Self.labelRule)]
    case .rfc1035Label where !Syntax.isRFC1035Label(name):
      return [.invalid("metadata.name", .string(name), Self.rfc1035LabelRule)]
    case .pathSegment where !Syntax.isPathSegment(name):
      return [.invalid("metadata.name", .string(name), "may not be '.' or '..', nor contain '/' or '%'")]
    default:
      return []
    }
  }

  private static func labelCauses(_ value: Value?, _ field: String, isLabel: Bool) -> [Status.Cause] {
    guard let value, value != .null else { return [] }
    guard let pairs = value.mapping?.pairs else { return [.wrongType(field, value, "object")] }
    var causes: [Status.Cause] = []
    for pair in pairs {
      guard let text = pair.value.string else {
        causes.append(.wrongType("\(field).\(pair.key)", pair.value, "string"))
        continue
      }
      if !Syntax.isLabelKey(isLabel ? pair.key : pair.key.lowercased()) {
        causes.append(
          .invalid(field, .string(pair.key), keyRule))
      }
      if isLabel, !Syntax.isLabelValue(text) {
        causes.append(
          .invalid(
            field, pair.value,
            valueRule))
      }
    }
    return causes
  }

  private static func listCauses(_ value: Value?, _ field: String) -> [Status.Cause] {
    guard let value, value != .null else { return [] }
    guard let items = value.sequence, items.allSatisfy({ $0.string != nil }) else {
      return [.wrongType(field, value, "array")]
    }
    let contradiction = ["foregroundDeletion", "orphan"].allSatisfy { items.contains(.string($0)) }
    let shown = "[]string{" + items.map { JSON.text($0) }.joined(separator: ", ") + "}"
    let both = Status.Cause(
      reason: "FieldValueInvalid",
      message: "Invalid value: \(shown): finalizers foregroundDeletion and orphan cannot be both set", field: field)
    return items.filter { !Syntax.isLabelKey($0.string ?? "") }.map { .invalid(field, $0, keyRule) }
      + (contradiction ? [both] : [])
  }

  /// At most one owner may be the controller, and an Event cannot be an owner.
  private static func controllerCauses(_ value: Value?, _ field: String) -> [Status.Cause] {
    let references = value?.sequence ?? []
    var causes: [Status.Cause] = []
    for reference in references where reference["kind"] == "Event" && reference["apiVersion"] == "v1" {
      causes.append(.invalidValue(field, reference, "/v1, Kind=Event is disallowed from being an owner"))
    }
    let controllers = references.filter { $0["controller"] == true }.map { $0["name"]?.string ?? "" }
    guard controllers.count > 1 else { return causes }
    let problem =
      "Only one reference can have Controller set to true. Found \"true\" in references for \(controllers[0]) and "
      + controllers[1]
    return causes + [.invalidValue(field, value ?? .null, problem)]
  }

  private static func ownerCauses(_ value: Value?, _ field: String) -> [Status.Cause] {
    (value?.sequence ?? []).enumerated().flatMap { index, reference in
      ["apiVersion", "kind", "name", "uid"]
        .filter { (reference[$0]?.string ?? "").isEmpty }
        .map { .required("\(field)[\(index)].\($0)", "must not be empty") }
    }
  }
}
