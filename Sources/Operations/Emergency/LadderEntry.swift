package import Extensions
package import KubernetesAPI
import Manifest

/// One object that a rung of the ladder changes, with its former state.
package struct LadderEntry: Hashable, Sendable {
  /// The recorded former state.
  package enum Former: Hashable, Sendable {
    /// `status.state`.
    case state(String)
    /// The whole object, because it is deleted.
    case object(Object)
    /// `spec.replicas`.
    case replicas(Int)
    /// The workload has no replica count, as a DaemonSet.
    case everywhere
  }

  package let resource: Resource
  package let namespace: String?
  package let name: String
  package let former: Former

  package init(_ resource: Resource, _ object: Object, _ former: Former) {
    self.resource = resource
    namespace = object.namespace
    name = object.name
    self.former = former
  }

  /// A node label that no node has.
  static let noNode = "ksx.dev/no-node"

  /// The object in words: `Deployment ns/name`.
  package var title: String { "\(resource.kind) \(namespace.map { $0 + "/" } ?? "")\(name)" }

  /// The write that takes the object out of service.
  package var climbing: Write {
    switch former {
    case .state: patch(["status": ["state": "Disabled"]])
    case .object(let object): .delete(resource, namespace: namespace, name: name, uid: object.uid)
    case .replicas: patch(["spec": ["replicas": 0]])
    case .everywhere: patch(selecting("true"))
    }
  }

  /// How to restore an object.
  package enum Descent: Hashable, Sendable {
    case write(Write)
    /// It is restored already.
    case done
    /// Another client has changed it since: it is left unchanged, and the user is told.
    case changed(String)
  }

  /// How to restore the object from its `current` state, which is `nil` if it does not exist.
  package func descent(from current: Object?) -> Descent {
    switch (former, current) {
    case (.object(let object), nil): return .write(.create(resource, Self.recreatable(object)))
    case (.object, _?): return .done
    case (_, nil): return .changed("\(title) is gone")
    case (.state(let word), let current?):
      let now = current.status["state"]?.string ?? ""
      if now == "Disabled" { return .write(patch(["status": ["state": .string(word)]])) }
      return now == word ? .done : .changed("\(title) is \(now.isEmpty ? "without a state" : now)")
    case (.replicas(let count), let current?):
      let now = current.spec["replicas"]?.integer
      if now == 0 { return .write(patch(["spec": ["replicas": .integer(count)]])) }
      return now == count ? .done : .changed("\(title) has \(now ?? 1) replicas instead of \(count)")
    case (.everywhere, let current?):
      let selector = current.value[path: "spec", "template", "spec", "nodeSelector"]
      return selector?[Self.noNode] == nil ? .done : .write(patch(selecting(.null)))
    }
  }

  private func patch(_ body: Value) -> Write { .patch(resource, namespace: namespace, name: name, body) }

  private func selecting(_ value: Value) -> Value {
    ["spec": ["template": ["spec": ["nodeSelector": .mapping([Self.noNode: value])]]]]
  }

  /// The object as a client creates it, without the fields that only the API server sets.
  static func recreatable(_ object: Object) -> Object {
    var value = object.value
    for key in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"] {
      value = value.setting(["metadata", key], to: nil)
    }
    return Object(value)
  }
}

extension LadderEntry {
  var value: Value {
    var fields: Mapping = [
      "group": .string(resource.group), "version": .string(resource.version), "plural": .string(resource.plural),
      "kind": .string(resource.kind), "name": .string(name),
    ]
    if let namespace { fields["namespace"] = .string(namespace) }
    switch former {
    case .state(let word): fields["state"] = .string(word)
    case .object(let object): fields["object"] = object.value
    case .replicas(let count): fields["replicas"] = .integer(count)
    case .everywhere: fields["everywhere"] = true
    }
    return .mapping(fields)
  }

  init?(_ value: Value) {
    guard let group = value["group"]?.string, let version = value["version"]?.string,
      let plural = value["plural"]?.string, let kind = value["kind"]?.string, let name = value["name"]?.string,
      let former = Former(value)
    else { return nil }
    namespace = value["namespace"]?.string
    resource = Resource(group: group, version: version, plural: plural, kind: kind, isNamespaced: namespace != nil)
    self.name = name
    self.former = former
  }

  /// Whether both are about the same object; of two records the first counts.
  func isSame(as other: LadderEntry) -> Bool {
    resource == other.resource && namespace == other.namespace && name == other.name
  }
}

extension LadderEntry.Former {
  fileprivate init?(_ value: Value) {
    if let word = value["state"]?.string {
      self = .state(word)
    } else if let object = value["object"] {
      self = .object(Object(object))
    } else if let count = value["replicas"]?.integer {
      self = .replicas(count)
    } else if value["everywhere"]?.bool == true {
      self = .everywhere
    } else {
      return nil
    }
  }
}
