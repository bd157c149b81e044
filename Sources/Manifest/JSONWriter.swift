/// Writes values as JSON, compact or indented.
struct JSONWriter {
  private(set) var text = ""
  private let indentation: Int?
  private var level = 0

  init(indentation: Int?) {
    self.indentation = indentation
  }

  mutating func write(_ value: Value) {
    switch value {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .integer(let integer): text += String(integer)
    // JSON has no word for these; Go's encoder refuses them too.
    case .number(let number) where !number.isFinite: text += "null"
    case .number(let number): text += String(number)
    case .string(let string): write(string)
    case .sequence(let items): write(items, between: "[", "]") { $0.write($1) }
    case .mapping(let mapping):
      write(mapping.pairs, between: "{", "}") {
        $0.write($1.key)
        $0.text += $0.indentation == nil ? ":" : ": "
        $0.write($1.value)
      }
    }
  }

  private mutating func write<Item>(
    _ items: [Item], between opening: String, _ closing: String, _ body: (inout JSONWriter, Item) -> Void
  ) {
    text += opening
    level += 1
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      breakLine()
      body(&self, item)
    }
    level -= 1
    if !items.isEmpty { breakLine() }
    text += closing
  }

  private mutating func breakLine() {
    guard let indentation else { return }
    text += "\n" + String(repeating: " ", count: level * indentation)
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ":
        text += "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
