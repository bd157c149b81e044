package import KubernetesAPI
import Manifest
import Packages
import Platform

/// The objects that a chart renders to for one release.
package struct RenderedChart: Hashable, Sendable {
  /// An object and the file it comes from.
  package struct Part: Hashable, Sendable {
    package var object: Object
    package var file: String

    package init(object: Object, file: String) {
      self.object = object
      self.file = file
    }

    /// The order among hooks; 0 without a number.
    fileprivate var weight: Int { object.annotations["helm.sh/hook-weight"].flatMap { Int($0) } ?? 0 }
  }

  /// The objects of the release.
  package var parts: [Part] = []
  /// The objects in the chart's `crds` folder: created if missing, and never changed or deleted (as by helm).
  package var crds: [Part] = []
  /// Hooks, in the order in which helm runs those of the same event.
  package var hooks: [Part] = []
  /// Descriptions of hooks that never run here, such as those of `pre-rollback`.
  package var idleHooks: [String] = []
  /// Objects whose hook event helm does not know, so that it leaves them out; also listed in `idleHooks`.
  package var unknownHooks: [Part] = []
  /// Tests, in the order in which helm runs them.
  package var tests: [Part] = []

  package init() {}

  /// Adds the documents of a rendered file, or of a file in the `crds` folder of the chart or a subchart.
  mutating func add(_ text: String, file: String) throws(ChartError) {
    guard !Self.isDefinition(file) else {
      return crds += try Self.objects(text, file: file).map { Part(object: $0, file: file) }
    }
    for object in try Self.objects(text, file: file) {
      guard let hook = object.annotations["helm.sh/hook"] else {
        parts.append(Part(object: object, file: file))
        continue
      }
      let words = HookAnnotation(hook)
      if words.isUnknown {
        unknownHooks.append(Part(object: object, file: file))
        idleHooks.append("\(object.kind) \(object.name) (\(hook))")
        continue
      }
      if words.isTest { tests.append(Part(object: object, file: file)) }
      if !words.events.isEmpty {
        hooks.append(Part(object: object, file: file))
      } else if words.hasOtherEvents {
        idleHooks.append("\(object.kind) \(object.name) (\(hook))")
      }
    }
    // By weight, and by name within the same weight.
    tests.sort { ($0.weight, $0.object.name) < ($1.weight, $1.object.name) }
    hooks.sort { ($0.weight, $0.object.name) < ($1.weight, $1.object.name) }
  }

  /// Adds the definitions in a package's `crds` folder, which are not templates.
  mutating func addDefinitions(_ files: [String: [UInt8]]) throws(ChartError) {
    for file in files.sorted(by: { $0.key < $1.key }) where file.key.hasPrefix("crds/") {
      try add(String(decoding: file.value, as: UTF8.self), file: file.key)
    }
  }

  private static func isDefinition(_ file: String) -> Bool {
    var folders = file.split(separator: "/").dropLast()
    while folders.count > 2, folders.first == "charts" { folders = folders.dropFirst(2) }
    return folders.first == "crds"
  }

  private static func objects(_ text: String, file: String) throws(ChartError) -> [Object] {
    let nodes: [YAMLNode]
    do { nodes = try YAML.documents(text) } catch { throw .badManifest(file: file, error) }
    var objects: [Object] = []
    for node in nodes where node.value != .null {
      let object = Object(node.value)
      if object.kind == "List", let items = node.value["items"]?.sequence {
        objects += items.map(Object.init)
        continue
      }
      guard !object.apiVersion.isEmpty, !object.kind.isEmpty, !object.name.isEmpty else {
        throw .badManifest(file: file, node.mistake("an object with apiVersion, kind and metadata.name is expected"))
      }
      objects.append(object)
    }
    return objects
  }
}
