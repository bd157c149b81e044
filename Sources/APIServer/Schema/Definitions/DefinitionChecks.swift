import KubernetesAPI
import Manifest

/// Validates a CustomResourceDefinition except its schemas, with the API server's messages.
struct DefinitionChecks: ReadsDefinition {
  private(set) var causes: [Status.Cause] = []
  let definition: DefinitionText

  init(_ value: Value) {
    definition = DefinitionText(value)
    checkNames()
    checkVersions()
    checkDeprecations()
  }

  private mutating func checkNames() {
    let expected = "\(name("plural")).\(group)"
    if Object(value).name != expected {
      causes.append(
        .invalid("metadata.name", .string(Object(value).name), #"must be spec.names.plural+"."+spec.group"#))
    }
    checkGroup()
    checkScope()
    for key in ["plural", "singular", "kind", "listKind"] { checkName(key) }
    for key in ["shortNames", "categories"] {
      for (index, name) in (spec[path: "names", key]?.sequence ?? []).enumerated()
      where !Syntax.isRFC1035Label(name.string ?? "") {
        causes.append(.invalid("spec.names.\(key)[\(index)]", name, MetadataRules.rfc1035LabelRule))
      }
    }
    if !name("kind").isEmpty, name("kind") == name("listKind") {
      causes.append(.invalid("spec.names.listKind", .string(name("kind")), "kind and listKind may not be the same"))
    }
  }

  private mutating func checkName(_ key: String) {
    guard !name(key).isEmpty else { return causes.append(.required("spec.names.\(key)")) }
    let isKind = key.lowercased().hasSuffix("kind")
    guard !Syntax.isRFC1035Label(isKind ? name(key).lowercased() : name(key)) else { return }
    let rule = (isKind ? MetadataRules.kindRule : "") + MetadataRules.rfc1035LabelRule
    causes.append(.invalid("spec.names.\(key)", .string(name(key)), rule))
  }

  private mutating func checkGroup() {
    if group.isEmpty { causes.append(.required("spec.group")) }
    if !group.isEmpty, !group.contains(".") || !Syntax.isSubdomain(group) {
      causes.append(.invalid("spec.group", .string(group), "should be a domain with at least one dot"))
    }
    if ["k8s.io", "kubernetes.io"].contains(where: { group == $0 || group.hasSuffix("." + $0) }),
      Object(value).annotations["api-approved.kubernetes.io"] == nil
    {
      causes.append(
        .required(
          "metadata.annotations[api-approved.kubernetes.io]",
          #"protected groups must have approval annotation "api-approved.kubernetes.io", "#
            + "see https://github.com/kubernetes/enhancements/pull/1111"))
    }
  }

  private mutating func checkScope() {
    switch spec["scope"] {
    case "Namespaced", "Cluster": break
    case nil: causes.append(.required("spec.scope"))
    case let scope?: causes.append(.unsupported("spec.scope", scope, ["Cluster", "Namespaced"]))
    }
  }

  private mutating func checkVersions() {
    let names = versions.map { $0["name"]?.string ?? "" }
    for (index, name) in names.enumerated() {
      if !Syntax.isRFC1035Label(name) {
        causes.append(.invalid("spec.versions[\(index)].name", .string(name), MetadataRules.rfc1035LabelRule))
      } else if names[..<index].contains(name) {
        causes.append(.duplicate("spec.versions[\(index)].name", .string(name)))
      }
    }
    if versions.count(where: { $0["storage"] == true }) != 1 {
      causes.append(
        .invalid(
          "spec.versions", .sequence(names.map(Value.string)), "must have exactly one version marked as storage version"
        ))
    }
    if spec["preserveUnknownFields"] == true {
      causes.append(
        .invalid(
          "spec.preserveUnknownFields", true,
          "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"))
    }
    if let strategy = spec[path: "conversion", "strategy"], strategy != "None" {
      causes.append(.forbidden("spec.conversion.strategy", "conversion webhooks are not supported by this server"))
    }
  }

  /// A deprecation warning is sent as a header, so it must be one line, and not too long.
  private mutating func checkDeprecations() {
    for (index, version) in versions.enumerated() {
      guard let warning = version["deprecationWarning"]?.string else { continue }
      let field = "spec.versions[\(index)].deprecationWarning"
      if version["deprecated"] != true {
        causes.append(.invalid(field, .string(warning), "can only be set for deprecated versions"))
      }
      if warning.isEmpty { causes.append(.invalid(field, "", "must not be an empty string")) }
      if warning.utf8.count > 256 {
        causes.append(.invalid(field, .string(warning), "must be <= 256 characters long"))
      }
      let control = warning.unicodeScalars.firstIndex { $0.properties.generalCategory == .control }
      if let control {
        let offset = warning.utf8.distance(from: warning.startIndex, to: control)
        let problem =
          "must only contain printable UTF-8 characters; non-printable character found at index \(offset)"
        causes.append(.invalid(field, .string(warning), problem))
      }
    }
  }
}
