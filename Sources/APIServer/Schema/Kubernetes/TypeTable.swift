import Manifest

/// Kubernetes' own types as schemas, read from `Kinds/types.txt`, which describes its format.
///
/// The schema of a type is created when it is first requested, and shared by all fields of that type.
struct TypeTable {
  /// The package of each prefix, such as `io.k8s.api.core.v1` for `core`.
  let packages: [String: String]
  private var texts: [String: TypeText] = [:]
  private var known: [String: Schema] = [:]

  /// The text of a type in the file.
  private struct TypeText {
    var isAtomic: Bool
    var fields: [Substring] = []
  }

  init(_ text: String) {
    var packages: [String: String] = [:]
    var name = ""
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("  ") {
        texts[name]?.fields.append(line.dropFirst(2))
        continue
      }
      let words = line.split(separator: " ").map(String.init)
      if words.count == 3, words[0] == "@" {
        packages[words[1]] = words[2]
      } else {
        name = words[0]
        texts[name] = TypeText(isAtomic: words.contains("atomic"))
      }
    }
    self.packages = packages
  }

  /// The schema of the type `name`, such as `core.PodSpec`.
  mutating func schema(_ name: String) -> Schema {
    if let schema = known[name] { return schema }
    guard let text = texts[name] else { fatalError("types.txt lacks \(name)") }
    var parts = Schema.Parts()
    parts.types = [.object]
    parts.isAtomic = text.isAtomic
    parts.native = Schema.Native(name: name, goType: goName(name))
    for field in text.fields { read(field, &parts) }
    let schema = Schema(parts)
    known[name] = schema
    return schema
  }

  /// The Go type, such as `v1.PodSpec`.
  private func goName(_ name: String) -> String {
    let words = name.split(separator: ".")
    let version = packages[String(words[0])]?.split(separator: ".").last ?? ""
    return "\(version).\(words.last ?? "")"
  }

  /// Reads a field, such as `1 name! string :label`.
  private mutating func read(_ field: Substring, _ type: inout Schema.Parts) {
    let words = field.split(separator: " ")
    guard words.count >= 3 else { fatalError("types.txt has a field without a type: \(field)") }
    var name = words[1]
    if name.last == "!" {
      name.removeLast()
      type.required.append(String(name))
    }
    type.native?.numbers.add(words[0], String(name))
    var parts = self.parts(of: words[2])
    for mark in words[3...] { Self.read(mark: mark, &parts) }
    if words.contains("needed") { type.native?.nonEmptyFields.append(String(name)) }
    if words.contains("struct") { type.native?.implicitObjects.append(String(name)) }
    if case .atomic = parts.listType, let merging = parts.native?.merging, merging.isList {
      // Server-side apply merges the lists that a strategic merge patch merges, unless a mark says otherwise.
      parts.listType = merging.key.map { .map(keys: [$0]) } ?? .set
    }
    type.properties[String(name)] = Schema(parts)
  }

  private mutating func parts(of type: Substring) -> Schema.Parts {
    var parts = Schema.Parts()
    if type.first == "[" || type.first == "{" {
      let inner = Schema(self.parts(of: type.dropFirst()))
      let isList = type.first == "["
      parts.types = [isList ? .array : .object]
      if isList { parts.items = inner } else { parts.additionalProperties = .values(inner) }
      parts.native = Schema.Native(goType: (isList ? "[]" : "map[string]") + (inner.native?.goType ?? ""))
      return parts
    }
    guard let scalar = Scalar(rawValue: String(type)) else { return Schema.Parts(schema(String(type))) }
    parts.types = scalar.types
    parts.isIntOrString = scalar == .intOrString
    parts.preservesUnknown = scalar == .any
    if scalar == .any { parts.additionalProperties = .anything }
    parts.native = Schema.Native(goType: scalar.goType, check: scalar.check)
    return parts
  }

  private static func read(mark: Substring, _ parts: inout Schema.Parts) {
    let rest = mark.dropFirst()
    switch mark.first {
    case "#": parts.listType = rest.isEmpty ? .set : .map(keys: rest.split(separator: ",").map(String.init))
    case "+": parts.native?.merging = Schema.Native.Merging(key: rest.isEmpty ? nil : String(rest), isList: true)
    case "~":
      var merging = parts.native?.merging ?? Schema.Native.Merging()
      merging.retainsKeys = true
      parts.native?.merging = merging
    case "%": parts.native?.zeroIsNothing = true
    case "<": parts.limits.allowed = rest.dropLast().split(separator: "|").map { .string(String($0)) }
    case ":":
      guard let check = Schema.Native.Check(rawValue: String(rest)) else { fatalError("types.txt: no form \(rest)") }
      parts.native?.check = check
    case "=": readDefault(rest, &parts)
    default: parts.isAtomic = parts.isAtomic || mark == "atomic"
    }
  }

  private static func readDefault(_ text: Substring, _ parts: inout Schema.Parts) {
    if text == "pull" {
      parts.native?.conditions.append(.pullPolicy)
    } else if text.first == "." {
      parts.native?.conditions.append(.sibling(String(text.dropFirst())))
    } else if let questionMark = text.lastIndex(of: "?") {
      let words = text[text.index(after: questionMark)...].split(separator: "=").map(String.init)
      let value = Self.json(text[..<questionMark])
      parts.native?.conditions.append(.when(key: words[0], expected: words[1], value))
    } else {
      parts.defaultValue = json(text)
    }
  }

  private static func json(_ text: Substring) -> Value {
    guard let value = try? JSON.parse(Array(text.utf8)) else { fatalError("types.txt has a default that is no JSON") }
    return value
  }
}

/// The types without fields.
private enum Scalar: String {
  case string, bool, int32, int64, number, bytes, time, microTime, quantity, intOrString, any

  var types: [Schema.ValueType] {
    switch self {
    case .string, .bytes, .time, .microTime: [.string]
    case .bool: [.boolean]
    case .int32, .int64: [.integer]
    case .number: [.number]
    case .quantity, .intOrString, .any: []
    }
  }

  var goType: String {
    switch self {
    case .string, .bool, .int32, .int64: rawValue
    case .number: "float64"
    case .bytes: "[]uint8"
    case .time: "v1.Time"
    case .microTime: "v1.MicroTime"
    case .quantity: "resource.Quantity"
    case .intOrString: "intstr.IntOrString"
    case .any: "runtime.RawExtension"
    }
  }

  var check: Schema.Native.Check? {
    switch self {
    case .bytes: .bytes
    case .time, .microTime: .time
    case .quantity: .quantity
    default: nil
    }
  }
}

extension Schema.Parts {
  /// The parts of a named type, to which a field may add marks.
  fileprivate init(_ schema: Schema) {
    types = schema.types
    properties = schema.properties
    required = schema.required
    isAtomic = schema.isAtomic
    native = schema.native
  }
}
