import Client
import KubernetesAPI
import Manifest

/// What takes in the objects of a list one after another, and prints them.
protocol ListPrinter {
  /// The names of the extensions that were taken in.
  var names: Set<String> { get }

  /// Takes in an extension of the marketplace.
  mutating func add(_ object: Object)

  /// The list begins anew, because the server has forgotten it between two pages.
  mutating func startOver()
}

/// Prints objects as the cluster has them, while they arrive where nothing must be known of all of them first.
///
/// What was printed cannot be taken back: in a list that begins anew only what is new in it is printed.
struct ObjectPrinter: ListPrinter {
  private let format: ListFormat
  private let outlet: Outlet
  private let isStreaming: Bool
  private(set) var names: Set<String> = []
  /// Those that wait until all are known.
  private var kept: [Object] = []
  private var hasBegun = false
  private var buffer: [UInt8] = []

  /// Bytes that are printed at once.
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

  /// Prints what is left, with `others` at the end.
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
      buffer += JSON.prettyBytes(object.shown.value, level: 2)
    case .yaml:
      write(hasBegun ? "" : Self.yamlHead + "\n")
      buffer += YAML.text(.sequence([object.shown.value])).utf8
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
    // Names go to a terminal, too.
    if case .name = format.output {
      outlet.print(text.split(separator: "\n").map(String.init))
    } else {
      outlet.printExactly(text)
    }
  }
}

extension Output {
  /// Whether one object can be printed before the next is there.
  fileprivate var isStreamable: Bool {
    switch self {
    case .json(nil), .yaml, .name: true
    case .json, .table, .wide: false
    }
  }
}

extension Object {
  /// As kubectl 1.32 prints it: without what tells which manager set which field.
  var shown: Object {
    guard value[path: "metadata", "managedFields"] != nil else { return self }
    return Object(value.setting(["metadata", "managedFields"], to: nil))
  }
}
