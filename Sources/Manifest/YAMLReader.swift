import CYAML
import Glibc
import Platform

/// Builds nodes from libyaml's events.
///
/// Used only within the call that provides the bytes. `close` must be called.
struct YAMLReader {
  // libyaml keeps pointers into its own struct, so the struct must not move.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: YAML.Limits
  private let slashes: SlashEscapes
  private var anchors: [String: (node: YAMLNode, size: Int)] = [:]
  /// The number of nodes, including those that aliases repeat, and the number of the latter.
  private var nodes = 0
  private var aliased = 0
  private var depth = 0
  /// The repeated keys of mappings.
  private(set) var repeatedKeys: [SyntaxError] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: YAML.Limits) {
    self.bytes = bytes
    self.limits = limits
    slashes = SlashEscapes(bytes)
    parser = Self.newParser()
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  /// Reads `file` from its present position, in parts.
  init(_ file: UnsafeMutablePointer<FILE>, _ limits: YAML.Limits) {
    bytes = UnsafeBufferPointer(start: nil, count: 0)
    self.limits = limits
    slashes = SlashEscapes(bytes)
    parser = Self.newParser()
    yaml_parser_set_input_file(parser, file)
  }

  private static func newParser() -> UnsafeMutablePointer<yaml_parser_t> {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    return parser
  }

  func close() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next document, or `nil` if there is none; the text after it is not parsed.
  mutating func document() throws(SyntaxError) -> YAMLNode? {
    guard let event = try root() else { return nil }
    return try node(event)
  }

  mutating func documents() throws(SyntaxError) -> [YAMLNode] {
    var result: [YAMLNode] = []
    while let document = try document() { result.append(document) }
    return result
  }

  /// Passes on the items of the lists in the mapping under `key`; false if there is no such mapping.
  mutating func items(under key: String, _ body: (String, YAMLNode) -> Void) throws(SyntaxError) -> Bool {
    guard let start = try root(), start.kind == YAML_MAPPING_START_EVENT else { return false }
    var isThere = false
    while let name = try nextKey() {
      let event = try next()
      guard name.text == key, event.kind == YAML_MAPPING_START_EVENT else {
        _ = try node(event)
        continue
      }
      isThere = true
      while let list = try nextKey() { try handOut(list.name, try next(), body) }
    }
    return isThere
  }

  private mutating func handOut(
    _ name: String, _ list: YAMLEvent, _ body: (String, YAMLNode) -> Void
  ) throws(SyntaxError) {
    // An alias may repeat a list with an anchor, so that is kept as a whole.
    guard list.kind == YAML_SEQUENCE_START_EVENT, list.anchor == nil else {
      guard case .sequence(let items) = try node(list).content else { return }
      for item in items { body(name, item) }
      return
    }
    while true {
      let event = try next()
      if event.kind == YAML_SEQUENCE_END_EVENT { return }
      body(name, try node(event))
    }
  }

  /// The next key of a mapping, or `nil` at its end.
  private mutating func nextKey() throws(SyntaxError) -> YAMLNode? {
    let event = try next()
    return event.kind == YAML_MAPPING_END_EVENT ? nil : try node(event, isKey: true)
  }

  /// The event that begins the next document's content.
  private mutating func root() throws(SyntaxError) -> YAMLEvent? {
    while true {
      let event = try next()
      switch event.kind {
      case YAML_STREAM_END_EVENT: return nil
      case YAML_DOCUMENT_START_EVENT:
        anchors = [:]
        guard event.isReadEverywhere else {
          throw event.mistake("helm and KubeSphere refuse a version other than 1.1; leave the %YAML line out")
        }
      case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: continue
      default: return event
      }
    }
  }

  private mutating func node(_ event: YAMLEvent, isKey: Bool = false) throws(SyntaxError) -> YAMLNode {
    let before = nodes
    nodes += 1
    guard nodes - aliased <= limits.written else {
      throw event.mistake("the document has more than \(limits.written) values")
    }
    let content: YAMLNode.Content
    switch event.kind {
    case YAML_ALIAS_EVENT: return try alias(event)
    case YAML_SEQUENCE_START_EVENT: content = .sequence(try sequence(event))
    case YAML_MAPPING_START_EVENT: content = .mapping(try mapping(event))
    default: content = try scalar(event)
    }
    let node = YAMLNode(content: content, line: event.line, column: event.column)
    try isKey ? Self.checkKey(node) : Self.checkValue(node)
    if let anchor = event.anchor { anchors[anchor] = (node, nodes - before) }
    return node
  }

  private func scalar(_ event: YAMLEvent) throws(SyntaxError) -> YAMLNode.Content {
    if event.isDoubleQuoted, let mistake = slashes.first(in: event) { throw mistake }
    return .scalar(try event.decodedText(), isQuoted: try event.isString())
  }

  private static func checkKey(_ node: YAMLNode) throws(SyntaxError) {
    guard case .scalar(let text, let isQuoted) = node.content else {
      throw node.mistake("a list or a mapping is a key here: helm and KubeSphere refuse that")
    }
    if !isQuoted, YAML.resolve(text) == .null {
      throw node.mistake("the key is null: helm and KubeSphere refuse that; put it in quotes")
    }
  }

  private static func checkValue(_ node: YAMLNode) throws(SyntaxError) {
    guard case .scalar(let text, isQuoted: false) = node.content, case .number(let number) = YAML.resolve(text),
      !number.isFinite
    else { return }
    throw node.mistake("\(text) is not a number in JSON: helm and KubeSphere refuse it; put it in quotes")
  }

  private mutating func alias(_ event: YAMLEvent) throws(SyntaxError) -> YAMLNode {
    guard let (anchored, size) = anchors[event.anchor ?? ""] else {
      throw event.mistake("the alias *\(event.anchor ?? "") names no anchor above it")
    }
    nodes += size
    aliased += size
    guard aliased <= limits.aliased else {
      throw event.mistake("aliases make the document too large: they repeat more than \(limits.aliased) values")
    }
    var node = anchored
    node.isRepeated = true
    return node
  }

  private mutating func sequence(_ start: YAMLEvent) throws(SyntaxError) -> [YAMLNode] {
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

  private mutating func mapping(_ start: YAMLEvent) throws(SyntaxError) -> [YAMLNode.Pair] {
    try enter(start)
    var pairs = MappingPairs()
    while let key = try nextKey() {
      let value = try node(try next())
      if key.text == "<<", case .scalar(_, isQuoted: false) = key.content {
        try pairs.merge(value)
      } else if let first = pairs.set(YAMLNode.Pair(key: key, value: value)) {
        let problem: Sentence = "the key \(key.name) comes twice: line \(first.line) has it too, and the last counts"
        repeatedKeys.append(key.mistake(problem))
      }
    }
    depth -= 1
    return pairs.all
  }

  private mutating func enter(_ event: YAMLEvent) throws(SyntaxError) {
    depth += 1
    guard depth <= YAML.maximumDepth else { throw event.mistake("nested deeper than \(YAML.maximumDepth)") }
  }

  private func next() throws(SyntaxError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw mistake }
    defer { yaml_event_delete(&event) }
    return YAMLEvent(event)
  }
}

extension YAMLReader {
  /// The parser's error; for a character that YAML does not allow, libyaml gives only the byte offset.
  private var mistake: SyntaxError {
    let mistake = SyntaxError(parser.pointee)
    guard parser.pointee.error == YAML_READER_ERROR, bytes.baseAddress != nil else { return mistake }
    let before = bytes.prefix(parser.pointee.problem_offset)
    let line = before.suffix(from: before.lastIndex(of: 10).map { $0 + 1 } ?? 0)
    // Columns count characters: bytes that do not continue one.
    return SyntaxError(
      line: before.count { $0 == 10 } + 1, column: line.count { $0 & 0xC0 != 0x80 } + 1, problem: mistake.problem)
  }
}

extension SyntaxError {
  fileprivate init(_ parser: yaml_parser_t) {
    let problem = parser.problem.map { String(cString: $0) } ?? "not YAML"
    let context = parser.context.map { " " + String(cString: $0) } ?? ""
    self.init(
      line: Int(parser.problem_mark.line) + 1, column: Int(parser.problem_mark.column) + 1,
      problem: Sentence(verbatim: problem + context))
    if parser.context != nil {
      beginning = Position(line: Int(parser.context_mark.line) + 1, column: Int(parser.context_mark.column) + 1)
    }
  }
}
