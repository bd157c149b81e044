import KubernetesAPI
import Manifest

extension Schema {
  /// The errors in `value`, with the API server's messages; empty if it is valid.
  func causes(_ value: Value) -> [Status.Cause] {
    var validation = SchemaValidation()
    validation.check(value, self)
    if validation.causes.isEmpty { validation.checkLists(value, self) }
    return validation.causes
  }

  fileprivate func isValid(_ value: Value) -> Bool {
    var validation = SchemaValidation()
    validation.check(value, self)
    return validation.causes.isEmpty
  }
}

/// A walk through a value and its schema that collects errors.
struct SchemaValidation {
  private(set) var causes: [Status.Cause] = []
  private var path = FieldPath()

  mutating func check(_ value: Value, _ schema: Schema) {
    if value == .null {
      if !schema.isNullable { checkType(value, schema) }
      return
    }
    checkType(value, schema)
    if !schema.logic.isEmpty { check(value, schema.logic) }
    check(value, schema.limits)
    switch value {
    case .mapping(let mapping): check(mapping, schema)
    case .sequence(let items): check(items, schema)
    default: break
    }
  }

  private mutating func checkType(_ value: Value, _ schema: Schema) {
    if schema.isIntOrString {
      guard !value.isInteger, value.string == nil else { return }
      return causes.append(wrongType(value, "integer,string"))
    }
    guard let type = schema.types.first, !value.has(type) else { return }
    causes.append(wrongType(value, type.rawValue))
  }

  private func wrongType(_ value: Value, _ expected: String) -> Status.Cause {
    .wrongType(path.text, value, expected)
  }

  private mutating func check(_ mapping: Mapping, _ schema: Schema) {
    for name in schema.required where mapping[name] == nil {
      causes.append(.required(path.appending(name)))
    }
    for pair in mapping.pairs {
      guard let property = schema.properties[pair.key] ?? schema.additionalProperties.schema else { continue }
      path.push(pair.key)
      check(pair.value, property)
      path.pop()
    }
    if schema.isEmbedded { checkEmbedded(mapping) }
  }

  /// An embedded object must name its API version and kind.
  private mutating func checkEmbedded(_ mapping: Mapping) {
    for name in ["apiVersion", "kind"] where mapping[name]?.string?.isEmpty ?? true {
      causes.append(.required(path.appending(name), "must not be empty"))
    }
    if let version = mapping["apiVersion"]?.string, version.count(where: { $0 == "/" }) > 1 {
      let problem = "unexpected GroupVersion string: \(version)"
      causes.append(.invalid(path.appending("apiVersion"), .string(version), problem))
    }
    if let kind = mapping["kind"]?.string, !kind.isEmpty, !Syntax.isRFC1035Label(kind.lowercased()) {
      let rule = MetadataRules.kindRule + MetadataRules.rfc1035LabelRule
      causes.append(.invalid(path.appending("kind"), .string(kind), rule))
    }
    guard let metadata = mapping["metadata"], metadata != .null else { return }
    let field = path.appending("metadata")
    if let problem = NativeDecoding.problem(metadata: metadata, of: mapping["kind"]?.string ?? "") {
      causes.append(.invalidValue(field, metadata, problem))
    } else {
      causes += MetadataRules.causes(embedded: metadata, at: field)
    }
  }

  private mutating func check(_ items: [Value], _ schema: Schema) {
    guard let inner = schema.items else { return }
    for (index, item) in items.enumerated() {
      path.push(index)
      check(item, inner)
      path.pop()
    }
  }

  private mutating func check(_ value: Value, _ logic: Schema.Logic) {
    if !logic.any.isEmpty, !logic.any.contains(where: { $0.isValid(value) }) {
      fail("must validate at least one schema (anyOf)")
      addNearest(value, logic.any)
    }
    let count = logic.one.count { $0.isValid(value) }
    if !logic.one.isEmpty, count != 1 {
      let found = count == 0 ? "Found none valid" : "Found \(count) valid alternatives"
      fail("must validate one and only one schema (oneOf). \(found)")
      if count == 0 { addNearest(value, logic.one) }
    }
    if !logic.all.allSatisfy({ $0.isValid(value) }) {
      for schema in logic.all { check(value, schema) }
      fail("must validate all the schemas (allOf)")
    }
    if let not = logic.not, not.isValid(value) { fail("must not validate the schema (not)") }
  }

  /// Adds the errors of the alternative with the fewest errors, which is taken to be the intended one.
  private mutating func addNearest(_ value: Value, _ schemas: [Schema]) {
    let attempts = schemas.map { schema in
      var attempt = self
      attempt.causes = []
      attempt.check(value, schema)
      return attempt.causes
    }
    causes += attempts.min { $0.count < $1.count } ?? []
  }

  /// Adds an error without a field, as the API server does for these.
  private mutating func fail(_ problem: String) {
    let sentence = "\(JSON.text(.string(path.text))) \(problem)"
    causes.append(
      Status.Cause(reason: "FieldValueInvalid", message: #"Invalid value: "": \#(sentence)"#, field: "<nil>"))
  }

  private mutating func add(_ value: Value, _ problem: String) {
    causes.append(.invalidValue(path.text, value, "\(path.text) in body \(problem)"))
  }
}

extension SchemaValidation {
  fileprivate mutating func check(_ value: Value, _ limits: Schema.Limits) {
    if !limits.allowed.isEmpty, !limits.allowed.contains(where: { $0.isSame(as: value) }) {
      causes.append(.unsupported(path.text, value, limits.allowed))
    }
    switch value {
    case .string(let text): check(text, limits)
    case .integer, .number: check(value.double ?? 0, value, limits)
    case .sequence(let items):
      check(items.count, limits.items, "items", showing: { count, _ in count })
    case .mapping(let mapping):
      // The API server shows the limit here, and the number of items above.
      check(mapping.pairs.count, limits.properties, "properties", showing: { _, limit in limit })
    default: break
    }
    if let format = limits.format, let text = value.string, !format.holds(for: text) {
      add(value, "must be of type \(format.rawValue): \(JSON.text(value))")
    }
  }

  /// Reports only the first error of the length and the pattern of a string.
  private mutating func check(_ text: String, _ limits: Schema.Limits) {
    if limits.length != Schema.Count() {
      let count = text.unicodeScalars.count
      if let most = limits.length.most, count > most {
        return add(.string(text), "should be at most \(most) chars long")
      }
      if let least = limits.length.least, count < least {
        return add(.string(text), "should be at least \(least) chars long")
      }
    }
    if let pattern = limits.pattern, !pattern.matches(text) { add(.string(text), "should match '\(pattern.text)'") }
  }

  private mutating func check(_ number: Double, _ value: Value, _ limits: Schema.Limits) {
    if let factor = limits.multipleOf, factor > 0, (number / factor).rounded() != number / factor {
      add(value, "should be a multiple of \(GoSyntax.text(factor))")
    }
    if let bound = limits.maximum, number > bound.value || (bound.isExclusive && number == bound.value) {
      add(value, "should be less than \(bound.isExclusive ? "" : "or equal to ")\(GoSyntax.text(bound.value))")
    }
    if let bound = limits.minimum, number < bound.value || (bound.isExclusive && number == bound.value) {
      add(value, "should be greater than \(bound.isExclusive ? "" : "or equal to ")\(GoSyntax.text(bound.value))")
    }
  }

  private mutating func check(
    _ count: Int, _ wanted: Schema.Count, _ what: String, showing: (_ count: Int, _ limit: Int) -> Int
  ) {
    if let most = wanted.most, count > most {
      add(.integer(showing(count, most)), "should have at most \(most) \(what)")
    }
    if let least = wanted.least, count < least {
      add(.integer(showing(count, least)), "should have at least \(least) \(what)")
    }
  }
}

extension SchemaValidation {
  /// Reports duplicate items of sets and maps in a value that has the right types.
  mutating func checkLists(_ value: Value, _ schema: Schema) {
    switch value {
    case .mapping(let mapping):
      for pair in mapping.pairs {
        guard let property = schema.properties[pair.key] ?? schema.additionalProperties.schema else { continue }
        if schema.properties[pair.key] == nil { path.push(member: pair.key) } else { path.push(pair.key) }
        checkLists(pair.value, property)
        path.pop()
      }
    case .sequence(let items):
      checkDuplicates(items, schema.listType)
      guard let inner = schema.items else { return }
      for (index, item) in items.enumerated() {
        path.push(index)
        checkLists(item, inner)
        path.pop()
      }
    default: break
    }
  }

  private mutating func checkDuplicates(_ items: [Value], _ list: Schema.ListKind) {
    guard list != .atomic, items.count > 1 else { return }
    var known: Set<Value> = []
    for (index, item) in items.enumerated() {
      let identity = Self.identity(of: item, list)
      guard !known.insert(identity).inserted else { continue }
      path.push(index)
      causes.append(.duplicate(path.text, identity))
      path.pop()
    }
  }

  private static func identity(of item: Value, _ list: Schema.ListKind) -> Value {
    guard case .map(let keys) = list else { return item }
    return .mapping(Mapping(keys.compactMap { key in item[key].map { Mapping.Pair(key: key, value: $0) } }))
  }
}

extension Double {
  /// The value as a 64-bit integer; `nil` if it is none, and for `Int.min`, to which lesser numbers are rounded.
  var wholeNumber: Int? { self == Double(Int.min) ? nil : Int(exactly: self) }
}

extension Value {
  /// Whether this is a 64-bit integer, however it is written.
  var isInteger: Bool {
    switch self {
    case .integer: true
    case .number(let number): number.wholeNumber != nil
    default: false
    }
  }

  fileprivate func has(_ type: Schema.ValueType) -> Bool {
    switch (type, self) {
    case (.object, .mapping), (.array, .sequence), (.string, .string), (.boolean, .bool): true
    case (.number, .integer), (.number, .number): true
    case (.integer, _): isInteger
    default: false
    }
  }

  /// Equality in which 1 equals 1.0.
  fileprivate func isSame(as other: Value) -> Bool {
    if self == other { return true }
    guard let number = double, let otherNumber = other.double else { return false }
    return number == otherNumber
  }
}
