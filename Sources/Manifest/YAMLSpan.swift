import CYAML

/// A node of a YAML text with its start and end, in Unicode scalars.
struct YAMLSpan {
  enum Kind {
    case scalar(String, isBlock: Bool)
    case mapping([Pair], isFlow: Bool)
    case sequence([YAMLSpan], isFlow: Bool)
    /// The repeated node is elsewhere.
    case alias
  }

  struct Pair {
    var key: YAMLSpan
    var value: YAMLSpan
  }

  var kind: Kind
  var start: Int
  /// The end of its own text; for a block collection, the end of its last part.
  var end: Int
  /// From zero.
  var column: Int

  /// The first document, or `nil` if it is empty.
  static func tree(_ text: String) throws(SyntaxError) -> YAMLSpan? {
    // Throws the reader's error for invalid texts.
    guard try YAML.node(text) != nil else { return nil }
    var text = text
    return text.withUTF8 { bytes in
      var builder = SpanBuilder(bytes)
      defer { builder.close() }
      return builder.root()
    }
  }

  /// The last pair with the key `key`.
  func pair(_ key: String) -> Pair? {
    guard case .mapping(let pairs, _) = kind else { return nil }
    return pairs.last { $0.key.name == key }
  }

  /// The text of a key.
  var name: String? {
    guard case .scalar(let text, _) = kind else { return nil }
    return text
  }

  var isNull: Bool {
    guard case .scalar(let text, isBlock: false) = kind, start == end || YAML.resolve(text) == .null else {
      return false
    }
    return true
  }

  /// The line of the last part of `path` that exists, from one.
  func line(of path: ArraySlice<YAMLEdit.Path.Step>, in text: String) -> Int {
    switch path.first {
    case .key(let key)?:
      if let pair = pair(key) { return pair.value.line(of: path.dropFirst(), in: text) }
    case .index(let index)?:
      if case .sequence(let items, _) = kind, items.indices.contains(index) {
        return items[index].line(of: path.dropFirst(), in: text)
      }
    case nil: break
    }
    return text.unicodeScalars.prefix(start).count { $0 == "\n" } + 1
  }
}

/// Builds spans from libyaml's events.
///
/// Used only within the call that provides the bytes.
private struct SpanBuilder {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private var event = yaml_event_t()

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  mutating func close() {
    yaml_event_delete(&event)
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  mutating func root() -> YAMLSpan? {
    while advance() {
      switch event.type {
      case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT: continue
      case YAML_STREAM_END_EVENT, YAML_DOCUMENT_END_EVENT: return nil
      default: return span()
      }
    }
    return nil
  }

  private mutating func advance() -> Bool {
    yaml_event_delete(&event)
    return yaml_parser_parse(parser, &event) == 1
  }

  private var start: Int { Int(event.start_mark.index) }
  private var end: Int { Int(event.end_mark.index) }

  /// The node that begins with the present event.
  private mutating func span() -> YAMLSpan? {
    var span = YAMLSpan(kind: .alias, start: start, end: end, column: Int(event.start_mark.column))
    switch event.type {
    case YAML_ALIAS_EVENT: return span
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let isBlock = scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE
      span.kind = .scalar(text, isBlock: isBlock)
      return span
    case YAML_MAPPING_START_EVENT:
      let isFlow = event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
      return mapping(span, isFlow)
    case YAML_SEQUENCE_START_EVENT:
      let isFlow = event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
      return sequence(span, isFlow)
    default: return nil
    }
  }

  private mutating func mapping(_ begun: YAMLSpan, _ isFlow: Bool) -> YAMLSpan? {
    var pairs: [YAMLSpan.Pair] = []
    while advance(), event.type != YAML_MAPPING_END_EVENT {
      guard let key = span(), advance(), let value = span() else { return nil }
      pairs.append(YAMLSpan.Pair(key: key, value: value))
    }
    var span = begun
    span.kind = .mapping(pairs, isFlow: isFlow)
    span.end = isFlow ? end : pairs.last.map { max($0.key.end, $0.value.end) } ?? begun.end
    return span
  }

  private mutating func sequence(_ begun: YAMLSpan, _ isFlow: Bool) -> YAMLSpan? {
    var items: [YAMLSpan] = []
    while advance(), event.type != YAML_SEQUENCE_END_EVENT {
      guard let item = span() else { return nil }
      items.append(item)
    }
    var span = begun
    span.kind = .sequence(items, isFlow: isFlow)
    span.end = isFlow ? end : items.last?.end ?? begun.end
    return span
  }
}
