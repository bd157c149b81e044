/// Writes values as JSON, compact or indented.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private let indentation: Int?
  private var level: Int

  init(indentation: Int?, level: Int = 0) {
    self.indentation = indentation
    self.level = level
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func write(_ value: Value) {
    switch value {
    case .null: add("null")
    case .bool(let bool): add(bool ? "true" : "false")
    case .integer(let integer): add(String(integer))
    // JSON cannot represent these; Go's encoder refuses them too.
    case .number(let number) where !number.isFinite: add("null")
    case .number(let number): add(String(number))
    case .string(let string): write(string)
    case .sequence(let items): write(items, between: "[", "]") { $0.write($1) }
    case .mapping(let mapping):
      write(mapping.pairs, between: "{", "}") {
        $0.write($1.key)
        $0.add($0.indentation == nil ? ":" : ": ")
        $0.write($1.value)
      }
    }
  }

  private mutating func add(_ text: String) { bytes += text.utf8 }

  private mutating func write<Item>(
    _ items: [Item], between opening: String, _ closing: String, _ body: (inout JSONWriter, Item) -> Void
  ) {
    add(opening)
    level += 1
    for (index, item) in items.enumerated() {
      if index > 0 { add(",") }
      breakLine()
      body(&self, item)
    }
    level -= 1
    if !items.isEmpty { breakLine() }
    add(closing)
  }

  private mutating func breakLine() {
    guard let indentation else { return }
    bytes.append(10)
    bytes += repeatElement(32, count: level * indentation)
  }

  private mutating func write(_ string: String) {
    bytes.append(UInt8(ascii: "\""))
    var string = string
    string.withUTF8 { text in
      var start = 0
      while true {
        let end = ByteScan.endOfPlainText(text, from: start)
        bytes += UnsafeBufferPointer(rebasing: text[start..<end])
        guard end < text.count else { return }
        escape(text[end])
        start = end + 1
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): add("\\\"")
    case UInt8(ascii: "\\"): add("\\\\")
    case 10: add("\\n")
    case 13: add("\\r")
    case 9: add("\\t")
    default: add((byte < 16 ? "\\u000" : "\\u00") + String(byte, radix: 16))
    }
  }
}
