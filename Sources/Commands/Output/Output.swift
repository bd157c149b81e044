import Client
import KubernetesAPI
import Manifest

/// The output format of a command.
enum Output: Hashable, Sendable {
  case table, wide, name, yaml
  /// JSON, or the excerpt of it.
  case json(Excerpt?)

  /// A part of a document.
  enum Excerpt: Hashable, Sendable {
    case path(JSONPathTemplate)
    case columns(CustomColumns)
  }

  /// The names of the formats, for help and completion.
  static let names = ["table", "wide", "name", "json", "yaml", "jsonpath=", "custom-columns="]

  init(_ text: String) throws(CommandError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count > 1 ? parts[1] : nil) {
    case ("table", nil): self = .table
    case ("wide", nil): self = .wide
    case ("name", nil): self = .name
    case ("yaml", nil): self = .yaml
    case ("json", nil): self = .json(nil)
    case ("jsonpath", let template): self = .json(try Self.excerpt(template, "jsonpath={.metadata.name}", Self.path))
    case ("custom-columns", let columns):
      self = .json(try Self.excerpt(columns, "custom-columns=NAME:.metadata.name", Self.columns))
    default:
      throw CommandError("--output is one of \(Self.names.joined(separator: ", ")), not \(text)")
    }
  }

  private static func path(_ text: String) throws(JSONPathError) -> Excerpt { .path(try JSONPathTemplate(text)) }

  private static func columns(_ text: String) throws(JSONPathError) -> Excerpt { .columns(try CustomColumns(text)) }

  private static func excerpt(
    _ text: String?, _ example: String, _ read: (String) throws(JSONPathError) -> Excerpt
  ) throws(CommandError) -> Excerpt {
    guard let text, !text.isEmpty else {
      let name = example.prefix { $0 != "=" }
      throw CommandError("-o \(name) needs what it shall show, such as -o '\(example)'")
    }
    do throws(JSONPathError) {
      return try read(text)
    } catch {
      throw CommandError("--output \(text): \(error.text)")
    }
  }

  /// Whether it is JSON or YAML, for which no field may be skipped when objects are read.
  var isStructured: Bool {
    switch self {
    case .json, .yaml: true
    case .table, .wide, .name: false
    }
  }

  /// Whether objects are printed themselves, not excerpts of them.
  var isObject: Bool {
    switch self {
    case .json(nil), .yaml: true
    case .json, .table, .wide, .name: false
    }
  }

  /// `value` as JSON or YAML, or the excerpt of it.
  func text(_ value: Value, hasHeadings: Bool = true) throws(CommandError) -> String {
    switch self {
    case .yaml: return YAML.text(value)
    case .json(let excerpt?):
      do throws(JSONPathError) {
        return try excerpt.text(value, hasHeadings)
      } catch {
        throw CommandError("--output: \(error.text)")
      }
    default: return JSON.prettyText(value) + "\n"
    }
  }

  /// Several objects as kubectl prints them, in a `List`.
  func text(_ objects: [Object], hasHeadings: Bool = true) throws(CommandError) -> String {
    try text(
      ["apiVersion": "v1", "kind": "List", "items": .sequence(objects.map(\.value))], hasHeadings: hasHeadings)
  }
}

extension Output.Excerpt {
  /// The excerpt of `document`; columns have a row for each of its items, or one for a document without items.
  fileprivate func text(_ document: Value, _ hasHeadings: Bool) throws(JSONPathError) -> String {
    switch self {
    case .path(let template): return try template.text(document)
    case .columns(let columns):
      var rows: [[String]] = []
      for item in document["items"]?.sequence ?? [document] { rows.append(try columns.cells(item)) }
      return columns.lines(rows, hasHeadings: hasHeadings).map { $0 + "\n" }.joined()
    }
  }
}

extension Value {
  /// A document of ksx's own; docs/OUTPUT.md specifies each kind.
  static func ksxDocument(_ kind: String, _ fields: Mapping) -> Value {
    .mapping(
      Mapping([.init(key: "apiVersion", value: "ksx.dev/v1"), .init(key: "kind", value: .string(kind))] + fields.pairs))
  }
}

/// The value of `--dry-run`.
enum DryRun: String, CaseIterable, Sendable {
  /// The change is made.
  case none
  /// Only the plan is shown.
  case client
  /// The plan is shown, and the API server makes a dry run of it.
  case server
}
