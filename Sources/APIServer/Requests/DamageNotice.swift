import KubernetesAPI

/// What is said of an object that is damaged on disk: in the log, in the header of a list, in a refusal.
struct DamageNotice: Hashable, Sendable {
  private let resource: String
  private let object: DamagedObject

  init(_ resource: String, _ object: DamagedObject) {
    self.resource = resource
    self.object = object
  }

  var text: String {
    let name = (object.key.namespace.isEmpty ? "" : object.key.namespace + "/") + object.key.name
    return
      "\(resource) \"\(name)\" is damaged on disk and left out (\(object.problem)); it stays there until it is deleted"
  }

  /// Warnings about the objects that are left out of a list, the first few by name.
  static func texts(_ damaged: [DamagedObject], _ type: ResourceType) -> [String] {
    let shown = damaged.prefix(5).map { DamageNotice(type.resource.qualifiedName, $0).text }
    let rest = damaged.count - shown.count
    return rest > 0 ? shown + ["\(rest) more are left out"] : shown
  }
}
