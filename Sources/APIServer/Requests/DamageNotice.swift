import KubernetesAPI

/// The message about an object that is damaged on disk, for the log, the `Warning` of a list, or an error.
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

  /// Warnings about damaged objects that a list omits, the first five by name.
  static func texts(_ damaged: [DamagedObject], _ type: ResourceType) -> [String] {
    let shown = damaged.prefix(5).map { DamageNotice(type.resource.qualifiedName, $0).text }
    let rest = damaged.count - shown.count
    return rest > 0 ? shown + ["\(rest) more are left out"] : shown
  }
}
