import CYAML

/// Builds nodes from libyaml's events.
///
/// Confined to the call that lends it the bytes. `close` must be called.
struct YAMLReader {
  // libyaml keeps pointers into its own struct, so the struct must not move.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private var anchors: [String: (node: YAMLNode, size: Int)] = [:]
  private var nodes = 0
  private var depth = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  func close() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  mutating func documents() throws(SyntaxError) -> [YAMLNode] {
    var result: [YAMLNode] = []
    while true {
      let event = try next()
      switch event.kind {
      case YAML_STREAM_END_EVENT: return result
      case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT, YAML_DOCUMENT_END_EVENT: anchors = [:]
      default: result.append(try node(event))
      }
    }
  }

  private mutating func node(_ event: Event) throws(SyntaxError) -> YAMLNode {
    let before = nodes
    nodes += 1
    guard nodes <= YAML.maximumNodes else { throw event.mistake("aliases make the document too large") }
    let content: YAMLNode.Content
    switch event.kind {
    case YAML_ALIAS_EVENT: return try alias(event)
    case YAML_SEQUENCE_START_EVENT: content = .sequence(try sequence(event))
    case YAML_MAPPING_START_EVENT: content = .mapping(try mapping(event))
    default: content = .scalar(event.text, isQuoted: event.isQuoted)
    }
    let node = YAMLNode(content: content, line: event.line, column: event.column)
    if let anchor = event.anchor { anchors[anchor] = (node, nodes - before) }
    return node
  }

  private mutating func alias(_ event: Event) throws(SyntaxError) -> YAMLNode {
    guard let (node, size) = anchors[event.anchor ?? ""] else {
      throw event.mistake("the alias *\(event.anchor ?? "") names no anchor above it")
    }
    nodes += size
    guard nodes <= YAML.maximumNodes else { throw event.mistake("aliases make the document too large") }
    return node
  }

  private mutating func sequence(_ start: Event) throws(SyntaxError) -> [YAMLNode] {
    try enter(start)
    var items: [YAMLNode] = []
    while true {
      let event = try next()
      if event.kind == YAML_SEQUENCE_END_EVENT { break }
      items.append(try node(event))
    }
    depth -= 1
    return items
  }

  private mutating func mapping(_ start: Event) throws(SyntaxError) -> [YAMLNode.Pair] {
    try enter(start)
    var own: [YAMLNode.Pair] = []
    var seen: Set<String> = []
    var merged: [YAMLNode.Pair] = []
    while true {
      let event = try next()
      if event.kind == YAML_MAPPING_END_EVENT { break }
      let key = try node(event)
      let value = try node(try next())
      if key.text == "<<", case .scalar(_, isQuoted: false) = key.content {
        try Self.collect(value, into: &merged)
        continue
      }
      if let text = key.text, !seen.insert(text).inserted { throw key.mistake("the key \(text) comes twice") }
      own.append(YAMLNode.Pair(key: key, value: value))
    }
    depth -= 1
    // The merge key of YAML 1.1: the mapping's own keys win, and then the first of those merged.
    return merged.filter { pair in pair.key.text.map { seen.insert($0).inserted } ?? true } + own
  }

  private static func collect(_ value: YAMLNode, into pairs: inout [YAMLNode.Pair]) throws(SyntaxError) {
    switch value.content {
    case .mapping(let others): pairs += others
    case .sequence(let nodes): for node in nodes { try collect(node, into: &pairs) }
    case .scalar: throw value.mistake("<< takes a mapping")
    }
  }

  private mutating func enter(_ event: Event) throws(SyntaxError) {
    depth += 1
    guard depth <= YAML.maximumDepth else { throw event.mistake("nested deeper than \(YAML.maximumDepth)") }
  }

  private func next() throws(SyntaxError) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw SyntaxError(parser.pointee) }
    defer { yaml_event_delete(&event) }
    return Event(event)
  }
}

/// What libyaml saw, copied out of its memory.
private struct Event {
  var kind: yaml_event_type_t
  var line: Int
  var column: Int
  var text = ""
  var isQuoted = false
  var anchor: String?

  init(_ event: yaml_event_t) {
    kind = event.type
    line = Int(event.start_mark.line) + 1
    column = Int(event.start_mark.column) + 1
    switch event.type {
    case YAML_ALIAS_EVENT: anchor = Self.string(event.data.alias.anchor)
    case YAML_SEQUENCE_START_EVENT: anchor = Self.string(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT: anchor = Self.string(event.data.mapping_start.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      anchor = Self.string(scalar.anchor)
      text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      // A tag such as !!str makes a string of anything.
      isQuoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || scalar.plain_implicit == 0
    default: break
    }
  }

  func mistake(_ problem: String) -> SyntaxError {
    SyntaxError(line: line, column: column, problem: problem)
  }

  private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}

extension SyntaxError {
  fileprivate init(_ parser: yaml_parser_t) {
    let problem = parser.problem.map { String(cString: $0) } ?? "not YAML"
    let context = parser.context.map { " " + String(cString: $0) } ?? ""
    self.init(
      line: Int(parser.problem_mark.line) + 1, column: Int(parser.problem_mark.column) + 1,
      problem: problem + context)
  }
}
