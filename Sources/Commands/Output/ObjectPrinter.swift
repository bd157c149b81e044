import Client
import KubernetesAPI
import Manifest

/// Receives the objects of a list one by one, and prints them.
protocol ListPrinter {
  /// The names of the extensions received so far.
  var names: Set<String> { get }

  /// Receives an Extension.
  mutating func add(_ object: Object)

  /// The list begins again, because the server no longer had the next page.
  mutating func startOver()
}

/// Prints objects as the cluster has them, while they arrive if the format allows that.
///
/// If the list begins again, output that was printed already stays; only objects that are new are added.
struct ObjectPrinter: ListPrinter {
  private let format: ListFormat
  private let outlet: Outlet
  private let isStreaming: Bool
  private(set) var names: Set<String> = []
  /// The objects that are printed at the end.
  private var kept: [Object] = []
  private var hasBegun = false
  private var buffer: [UInt8] = []

  /// In bytes: output is written in chunks of this size.
  private static let bufferSize = 1 << 16

  init(_ format: ListFormat, _ outlet: Outlet) {
    self.format = format
    self.outlet = outlet
    isStreaming = format.order == nil && format.output.isStreamable
  }

  mutating func startOver() {
    guard !isStreaming else { return }
    (kept, names) = ([], [])
  }

  mutating func add(_ object: Object) {
    guard names.insert(object.name).inserted else { return }
    guard isStreaming else { return kept.append(object) }
    print(object)
  }

  /// Prints what is left, followed by `others`.
  mutating func end(with others: [Object]) throws(CommandError) {
    guard isStreaming else { return try format.print(kept + others, to: outlet) }
    for object in others { print(object) }
    let isEmpty = !hasBegun
    switch format.output {
    case .json: write(isEmpty ? Self.jsonHead + "[]\n}\n" : "\n  ]\n}\n")
    case .yaml: write(isEmpty ? Self.yamlHead + " []\n" : "")
    default: break
    }
    flush()
  }

  private static let jsonHead = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": "
  private static let yamlHead = "apiVersion: v1\nkind: List\nitems:"

  private mutating func print(_ object: Object) {
    switch format.output {
    case .json:
      write(hasBegun ? ",\n    " : Self.jsonHead + "[\n    ")
      buffer += JSON.prettyBytes(object.withoutManagedFields.value, level: 2)
    case .yaml:
      write(hasBegun ? "" : Self.yamlHead + "\n")
      buffer += YAML.text(.sequence([object.withoutManagedFields.value])).utf8
    default: write(object.name + "\n")
    }
    hasBegun = true
    if buffer.count >= Self.bufferSize { flush() }
  }

  private mutating func write(_ text: String) { buffer += text.utf8 }

  private mutating func flush() {
    let text = String(decoding: buffer, as: UTF8.self)
    buffer.removeAll(keepingCapacity: true)
    if text.isEmpty { return }
    // Names may be printed to a terminal, and so must be sanitised.
    if case .name = format.output {
      outlet.print(text.split(separator: "\n").map(String.init))
    } else {
      outlet.printExactly(text)
    }
  }
}

extension Output {
  /// Whether an object can be printed before the next one arrives.
  fileprivate var isStreamable: Bool {
    switch self {
    case .json(nil), .yaml, .name: true
    case .json, .table, .wide: false
    }
  }
}

extension Object {
  /// The object without `managedFields`, as kubectl 1.32 prints it.
  var withoutManagedFields: Object {
    guard value[path: "metadata", "managedFields"] != nil else { return self }
    return Object(value.setting(["metadata", "managedFields"], to: nil))
  }
}
