package import KubernetesAPI
import Manifest

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
  }

  /// The objects of the release.
  package var parts: [Part] = []
  /// The objects in the chart's `crds`: created when absent, and never changed or removed (as helm does).
  package var definitions: [Part] = []
  /// Hooks, by name; they are not run, and helm's tests are not even counted.
  package var hooks: [String] = []

  package init() {}

  /// Adds the documents of a rendered file.
  mutating func add(_ text: String, file: String) throws(ChartError) {
    for object in try Self.objects(text, file: file) {
      switch object.annotations["helm.sh/hook"] {
      case nil: parts.append(Part(object: object, file: file))
      case let hook? where hook.hasPrefix("test"): break
      case let hook?: hooks.append("\(object.kind) \(object.name) (\(hook))")
      }
    }
  }

  /// Adds the definitions in a package's `crds` folder, which are no templates.
  mutating func addDefinitions(_ files: [String: [UInt8]]) throws(ChartError) {
    for file in files.sorted(by: { $0.key < $1.key }) where file.key.hasPrefix("crds/") {
      let objects = try Self.objects(String(decoding: file.value, as: UTF8.self), file: file.key)
      definitions += objects.map { Part(object: $0, file: file.key) }
    }
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
