import Platform
import Terminal

/// A command line, read: what to do, to what, and how.
package struct Invocation: Hashable, Sendable {
  package var verb: Verb
  package var operands: [String] = []
  /// The values of each option, in the order they were given; a switch that is on has `true`.
  private var values: [Option: [String]] = [:]

  package init(_ verb: Verb, operands: [String] = []) {
    self.verb = verb
    self.operands = operands
  }

  /// The last value given for `option`.
  package subscript(option: Option) -> String? { values[option]?.last }

  /// Every value given for `option`.
  func all(_ option: Option) -> [String] { values[option] ?? [] }

  func has(_ option: Option) -> Bool { self[option] == "true" }

  /// Whether it says which cluster it is about.
  var namesACluster: Bool {
    [.kubeconfig, .context, .cluster, .user, .server, .profile, .memberCluster, .standalone].contains {
      self[$0] != nil
    }
  }

  /// The extension the command is about.
  var name: String { operands.first ?? "" }

  /// Reads a command line without the program's name.
  package static func parse(_ arguments: [String]) throws(CommandError) -> Invocation {
    var reader = ArgumentReader(arguments[...])
    try reader.read()
    if reader.words.isEmpty, reader.isVersionAsked { return Invocation(.version) }
    var invocation = try verb(of: reader.words)
    for (option, value) in reader.values { invocation.values[option, default: []].append(value) }
    if invocation.has(.help) { return invocation.asHelp }
    try invocation.check()
    return invocation
  }

  private static func verb(of words: [String]) throws(CommandError) -> Invocation {
    guard let first = words.first else { return Invocation(.console) }
    let pair = words.prefix(2).joined(separator: " ")
    if words.count > 1, let verb = Verb(rawValue: pair) { return Invocation(verb, operands: Array(words.dropFirst(2))) }
    if let verb = Verb(rawValue: first), verb != .console {
      return Invocation(verb, operands: Array(words.dropFirst()))
    }
    if first == "config" { return Invocation(.help, operands: words) }
    let names = Verb.allCases.map(\.rawValue).filter { !$0.isEmpty }
    throw CommandError(
      "there is no command \(first.sanitised)\(suggestion(for: first, among: names)); ksx help lists them")
  }

  private var asHelp: Invocation {
    if verb == .help { return self }
    return Invocation(.help, operands: verb == .console ? [] : verb.rawValue.split(separator: " ").map(String.init))
  }

  private func check() throws(CommandError) {
    let allowed = Set(Option.everywhere + verb.options)
    if let stray = values.keys.filter({ !allowed.contains($0) }).min(by: { $0.rawValue < $1.rawValue }) {
      throw CommandError("--\(stray.rawValue) does not go with ksx \(verb.rawValue)".trimmingEnd())
    }
    for (option, given) in values.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard let choices = option.choices, let wrong = given.first(where: { !choices.contains($0) }) else { continue }
      throw CommandError("--\(option.rawValue) is one of \(choices.joined(separator: ", ")), not \(wrong.sanitised)")
    }
    for option in [Option.requestTimeout, .timeout] {
      guard let text = self[option], Self.seconds(text) == nil else { continue }
      throw CommandError("--\(option.rawValue) is a duration such as 30s, 5m or 1h, not \(text.sanitised)")
    }
    if let level = self[.verbosity], Int(level) == nil {
      throw CommandError("--v is a number such as 6, not \(level.sanitised)")
    }
    for pair in all(.asUserExtra) where !pair.dropFirst().contains("=") {
      throw CommandError("--as-user-extra is KEY=VALUE, not \(pair.sanitised)")
    }
    try checkOperands()
  }

  private func checkOperands() throws(CommandError) {
    let wanted = verb.operands
    let required = wanted.filter { !$0.hasPrefix("[") }
    if operands.count < required.count {
      throw CommandError("ksx \(verb.rawValue) needs \(required[operands.count]); see ksx help \(verb.rawValue)")
    }
    // help takes the two words of a command.
    if operands.count > wanted.count, verb != .help {
      throw CommandError("ksx \(verb.rawValue) does not take \(operands[wanted.count].sanitised)".trimmingEnd())
    }
    if let empty = operands.firstIndex(of: "") { throw CommandError("\(wanted[empty]) must not be empty") }
  }

  /// Seconds of `90`, `30s`, `1m30s`, `2h`, as Go writes durations; a bare number is seconds.
  static func seconds(_ text: String) -> Int? {
    if let plain = Int(text) { return plain >= 0 ? plain : nil }
    var total = 0
    var digits = ""
    for character in text {
      if character.isASCII, character.isNumber {
        digits.append(character)
      } else {
        guard let number = Int(digits), number < 1 << 31, let unit = ["s": 1, "m": 60, "h": 3600][character] else {
          return nil
        }
        total += number * unit
        digits = ""
      }
    }
    return digits.isEmpty && !text.isEmpty ? total : nil
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
