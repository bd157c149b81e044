import Operations
import Platform
import Terminal

/// A command line, parsed and checked.
struct Arguments: Sendable {
  var verb: Verb
  var operands: [String] = []
  /// Reads the whole standard input; `nil` if it is a terminal.
  var input: @Sendable () throws(CommandError) -> String? = { () throws(CommandError) in nil }
  /// The values of each option in order; a flag that is set has `true`.
  private var values: [Option: [String]] = [:]

  init(_ verb: Verb, operands: [String] = []) {
    self.verb = verb
    self.operands = operands
  }

  /// The last value given for `option`.
  subscript(option: Option) -> String? { values[option]?.last }

  /// Every value given for `option`.
  func all(_ option: Option) -> [String] { values[option] ?? [] }

  func has(_ option: Option) -> Bool { self[option] == "true" }

  /// Whether it names a cluster.
  var namesACluster: Bool {
    [.kubeconfig, .context, .cluster, .user, .server, .profile, .memberCluster, .standalone].contains {
      self[$0] != nil
    }
  }

  /// The same for another cluster: `option` is set to `value`, and all other options that name a cluster or user are
  /// removed.
  func naming(_ option: Option, _ value: String, keeping kept: Set<Option> = []) -> Arguments {
    let others: Set<Option> = [
      .kubeconfig, .context, .cluster, .user, .server, .profile, .memberCluster, .standalone, .token, .username,
      .password,
      .certificateAuthority, .clientCertificate, .clientKey, .tlsServerName, .dialect,
    ]
    var arguments = self
    arguments.values = values.filter { !others.subtracting(kept).contains($0.key) }
    arguments.values[option] = [value]
    return arguments
  }

  /// The extension that the command is about.
  var name: String { operands.first ?? "" }

  /// The output format.
  var output: Output { self[.output].flatMap { try? Output($0) } ?? .table }

  var dryRun: DryRun { self[.dryRun].flatMap(DryRun.init(rawValue:)) ?? .none }

  /// The filter of `--where`; without it, one that accepts everything.
  func extensionFilter() throws(CommandError) -> ExtensionFilter {
    let filter = ExtensionFilter(self[.filter] ?? "")
    if let problem = filter.problem { throw CommandError("--where, \(problem)") }
    return filter
  }

  /// The value of `option` in seconds; `nil` if it is not given.
  func seconds(_ option: Option) -> Int? { self[option].flatMap(Self.seconds) }

  /// Parses a command line without the program's name.
  static func parse(_ arguments: [String]) throws(CommandError) -> Arguments {
    var reader = ArgumentReader(arguments[...])
    try reader.read()
    if reader.words.isEmpty, reader.isVersionAsked { return Arguments(.version) }
    var arguments = try verb(of: reader.words)
    for (option, value) in reader.values where !value.isEmpty || !option.isUnsetWhenEmpty {
      arguments.values[option, default: []].append(value)
    }
    if arguments.has(.help) { return arguments.asHelp }
    try arguments.check()
    return arguments
  }

  /// Parses the options of a command line that is still being typed, of whichever command.
  init(lenient words: some Sequence<String>) {
    self.init(.completion)
    // Words after a mistake are dropped until the rest can be parsed.
    var rest = Array(words)
    while !rest.isEmpty {
      var reader = ArgumentReader(rest[...])
      if (try? reader.read()) != nil {
        for (option, value) in reader.values { values[option, default: []].append(value) }
        return
      }
      rest.removeLast()
    }
  }

  private static func verb(of words: [String]) throws(CommandError) -> Arguments {
    guard let first = words.first else { return Arguments(.console) }
    let pair = words.prefix(2).joined(separator: " ")
    if words.count > 1, let verb = Verb(named: pair) { return Arguments(verb, operands: Array(words.dropFirst(2))) }
    if let verb = Verb(named: first), verb != .console {
      return Arguments(verb, operands: Array(words.dropFirst()))
    }
    // The first word of commands with two words lists these commands.
    if Verb.all.contains(where: { $0.name.hasPrefix(first + " ") }) { return Arguments(.help, operands: words) }
    let names = Verb.all.map(\.name).filter { !$0.isEmpty }
    throw CommandError(
      "there is no command \(first)\(suggestion(for: first, among: names)); ksx help lists them")
  }

  private var asHelp: Arguments {
    if verb == .help { return self }
    return Arguments(.help, operands: verb == .console ? [] : verb.name.split(separator: " ").map(String.init))
  }

  /// Rejects options other than `options` for the command `name`.
  func check(options: [Option], of name: String) throws(CommandError) {
    let allowed = Set(Option.everywhere + options)
    if let stray = values.keys.filter({ !allowed.contains($0) }).min(by: { $0.rawValue < $1.rawValue }) {
      throw CommandError("--\(stray.rawValue) does not go with ksx \(name)".trimmingEnd())
    }
  }

  private func check() throws(CommandError) {
    try check(options: verb.options, of: verb.name)
    for (option, given) in values.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard let choices = option.choices, let wrong = given.first(where: { !choices.contains($0) }) else { continue }
      throw CommandError("--\(option.rawValue) is one of \(choices.joined(separator: ", ")), not \(wrong)")
    }
    if let text = self[.output] { _ = try Output(text) }
    for option in [Option.requestTimeout, .timeout] {
      guard let text = self[option], Self.seconds(text) == nil else { continue }
      throw CommandError("--\(option.rawValue) is a duration such as 30s, 5m or 1h, not \(text)")
    }
    if let level = self[.verbosity], Int(level) == nil {
      throw CommandError("--v is a number such as 6, not \(level)")
    }
    for pair in all(.asUserExtra) where !pair.dropFirst().contains("=") {
      throw CommandError("--as-user-extra is KEY=VALUE, not \(pair)")
    }
    try checkOperands()
  }

  /// Rejects missing and excess operands.
  func checkOperands() throws(CommandError) {
    let wanted = verb.operands
    let required = wanted.filter { !$0.hasPrefix("[") }
    if operands.count < required.count {
      throw CommandError("ksx \(verb.name) needs \(required[operands.count]); see ksx help \(verb.name)")
    }
    // `help` takes the two words of a command.
    let takesMore = wanted.last?.contains("…") == true || verb == .help
    if operands.count > wanted.count, !takesMore {
      throw CommandError("ksx \(verb.name) does not take \(operands[wanted.count])".trimmingEnd())
    }
    // The word to be completed may still be empty.
    if verb != .completionWords, let empty = operands.firstIndex(of: "") {
      throw CommandError("\(wanted[min(empty, wanted.count - 1)]) must not be empty")
    }
  }

  /// The seconds of `90`, `30s`, `1m30s`, `1.5s` in the syntax of Go.
  ///
  /// A bare number is in seconds; fractions are rounded up.
  static func seconds(_ text: String) -> Int? {
    if let plain = Int(text) { return plain >= 0 ? plain : nil }
    guard let duration = GoDuration.parse(text), duration >= .zero else { return nil }
    let (seconds, rest) = duration.components
    return Int(seconds) + (rest > 0 ? 1 : 0)
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
