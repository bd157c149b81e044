import Platform
import Terminal

/// Splits a command line into words and options, which may be anywhere.
struct ArgumentReader {
  private(set) var words: [String] = []
  private(set) var values: [(Option, String)] = []
  /// Whether the command line is `ksx --version`, as with other programs; elsewhere `--version` has a value.
  private(set) var isVersionAsked = false
  private var rest: ArraySlice<String>

  init(_ arguments: ArraySlice<String>) { rest = arguments }

  mutating func read() throws(CommandError) {
    if rest.count == 1, rest.first == "--version" {
      isVersionAsked = true
      return
    }
    while let argument = rest.popFirst() {
      if argument == "--" {
        words += rest
        return
      }
      if argument.hasPrefix("--") {
        try long(argument.dropFirst(2))
      } else if argument.hasPrefix("-"), argument != "-" {
        try short(argument.dropFirst())
      } else {
        words.append(argument)
      }
    }
  }

  /// Options of kubectl that ksx cannot support; ignoring them silently would mislead.
  private static let refusals = [
    "match-server-version": "means nothing to ksx, which works with every version of the server; leave it out",
    "profile-output": "writes the profile of a Go program, which ksx is not; leave it out",
  ]

  private mutating func long(_ text: Substring) throws(CommandError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    if let reason = Self.refusals[name] { throw CommandError("--\(name) \(reason)") }
    guard let option = Option(rawValue: name) else {
      let names = Option.allCases.map { "--" + $0.rawValue }
      throw CommandError("there is no option --\(name)\(suggestion(for: "--" + name, among: names))")
    }
    try accept(option, parts.count == 2 ? String(parts[1]) : nil, called: "--\(name)")
  }

  /// `-o yaml`, `-oyaml`, `-o=yaml`, `-y`.
  private mutating func short(_ text: Substring) throws(CommandError) {
    guard let letter = text.first, let option = option(for: letter) else {
      throw CommandError("there is no option -\(String(text.prefix(1)))")
    }
    var value = text.dropFirst()
    if option.argument == nil, !value.isEmpty, value.first != "=" {
      try accept(option, nil, called: "-\(letter)")
      return try short(value)
    }
    if value.first == "=" { value = value.dropFirst() }
    try accept(option, text.count > 1 ? String(value) : nil, called: "-\(letter)")
  }

  /// The option for a letter.
  ///
  /// If several have the same letter, it is the one of the command.
  private func option(for letter: Character) -> Option? {
    let options = Option.allCases.filter { $0.letter == letter }
    if options.count <= 1 { return options.first }
    let known = Verb.named(in: words)?.options ?? []
    return options.first(where: known.contains) ?? options.first
  }

  private mutating func accept(_ option: Option, _ value: String?, called name: String) throws(CommandError) {
    guard let argument = option.argument else {
      return try acceptSwitch(option, value ?? "true", called: name)
    }
    if let value = value ?? option.valueWhenBare {
      values.append((option, value))
    } else if let next = rest.popFirst() {
      values.append((option, next))
    } else {
      throw CommandError("\(name) needs \(argument)")
    }
  }

  private mutating func acceptSwitch(_ option: Option, _ value: String, called name: String) throws(CommandError) {
    guard value == "true" || value == "false" else {
      throw CommandError("\(name) is true or false, not \(value)")
    }
    values.append((option, value))
  }
}
