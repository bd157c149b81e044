extension Value {
  /// The value in one line, for tables.
  package var brief: String {
    switch self {
    case .string(let text): text.split(whereSeparator: \.isNewline).joined(separator: " ")
    case .null: ""
    default: JSON.text(self)
    }
  }
}
