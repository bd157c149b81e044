import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// How a list is printed: output format, order and headings.
struct ListFormat: Sendable {
  let output: Output
  /// The order from `--sort-by`; `nil` for the list's own order.
  let order: SortKey?
  let hasHeadings: Bool

  /// The options that set it.
  static let options: [Option] = [.output, .sortBy, .noHeaders]

  init(_ arguments: Arguments) throws(CommandError) {
    output = arguments.output
    hasHeadings = !arguments.has(.noHeaders)
    guard let text = arguments[.sortBy], !text.isEmpty else {
      order = nil
      return
    }
    order = try Self.mappingErrors { () throws(JSONPathError) in try SortKey(text) }
  }

  /// `elements` in the order of `--sort-by`.
  func sorted<Element>(_ elements: [Element], by key: (Element) -> Value?) throws(CommandError) -> [Element] {
    guard let order else { return elements }
    return try Self.mappingErrors { () throws(JSONPathError) in try order.sorted(elements, by: key) }
  }

  /// The sort key of `item`; `nil` without `--sort-by`.
  func key(of item: Value) throws(CommandError) -> Value? {
    guard let order else { return nil }
    return try Self.mappingErrors { () throws(JSONPathError) in try order.value(of: item) }
  }

  private static func mappingErrors<Answer>(_ body: () throws(JSONPathError) -> Answer) throws(CommandError) -> Answer {
    do throws(JSONPathError) { return try body() } catch { throw CommandError("--sort-by: \(error.text)") }
  }

  /// Prints objects of the cluster, all at once.
  func print(_ objects: [Object], to outlet: Outlet) throws(CommandError) {
    var keyed: [(object: Object, key: Value?)] = []
    for object in objects { keyed.append((object, try key(of: object.value))) }
    let sorted = try sorted(keyed, by: \.key).map(\.object)
    if case .name = output { return outlet.print(sorted.map(\.name)) }
    let printed = output.isObject ? sorted.map(\.withoutManagedFields) : sorted
    outlet.printExactly(try output.text(printed, hasHeadings: hasHeadings))
  }
}

/// A list of ksx's own, which all commands print in the same way: a document with items, and a table with a row for
/// each.
struct Listing {
  /// An element of the list.
  struct Item {
    /// The output of `-o name`.
    var name: String
    var value: Value
    var cells: [String]
  }

  /// The kind of the document.
  var kind: String
  /// Fields of the document before its items.
  var head: Mapping = [:]
  /// Fields of the document after its items.
  var tail: Mapping = [:]
  var headings: [String]
  var items: [Item]

  func print(_ format: ListFormat, to outlet: Outlet) throws(CommandError) {
    var keyed: [(item: Item, key: Value?)] = []
    for item in items { keyed.append((item, try format.key(of: item.value))) }
    let items = try format.sorted(keyed, by: \.key).map(\.item)
    switch format.output {
    case .json, .yaml:
      let list = Mapping.Pair(key: "items", value: .sequence(items.map(\.value)))
      let document = Value.ksxDocument(kind, Mapping(head.pairs + [list] + tail.pairs))
      outlet.printExactly(try format.output.text(document, hasHeadings: format.hasHeadings))
    case .name: outlet.print(items.map(\.name))
    case .table, .wide:
      outlet.print(TextTable(headings: headings, rows: items.map(\.cells)), hasHeadings: format.hasHeadings)
    }
  }
}
