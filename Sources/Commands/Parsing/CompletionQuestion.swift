import Extensions
import Operations

/// What may come next in a command line that is being typed: known words, or names that must be read from the cluster.
struct CompletionQuestion: Hashable, Sendable {
  /// The kind of the candidates.
  enum Subject: Hashable, Sendable {
    /// Words with their descriptions.
    case words([Word])
    /// Names of extensions; of installed ones only if the command makes sense for no others.
    case extensions(installed: Bool)
    case versions(of: String)
    /// Keys of an extension's config.
    case keys(of: String)
    /// Digests of the configs that an extension had.
    case digests(of: String)
    case repositories, contexts, profiles, files
    case nothing
  }

  /// A word and its description, which may be empty.
  struct Word: Hashable, Sendable {
    var text: String
    var meaning: String

    init(_ text: String, _ meaning: String = "") { (self.text, self.meaning) = (text, meaning) }
  }

  var subject: Subject
  /// The part of the word before the completed part, such as `--output=`; it is prepended to each candidate.
  var lead = ""
  /// The typed beginning of the completed part.
  var typed = ""
}

extension CompletionQuestion {
  /// The candidates for the last of `words`, a command line without the program's name.
  init(_ words: [String]) {
    let typed = words.last ?? ""
    let line = CompletionLine(words.dropLast())
    // bash splits `--output=ya` at the sign.
    if typed == "=" || line.words.last == "=" {
      let name = typed == "=" ? line.words.last : line.words.dropLast().last
      self.init(subject: Self.value(of: name.flatMap(CompletionLine.option), line), typed: typed == "=" ? "" : typed)
    } else if let option = line.open {
      self.init(subject: Self.value(of: option, line), typed: typed)
    } else if typed.hasPrefix("--"), let sign = typed.firstIndex(of: "=") {
      let (name, value) = (String(typed[..<sign]), String(typed[typed.index(after: sign)...]))
      self.init(subject: Self.value(of: CompletionLine.option(name), line), lead: name + "=", typed: value)
    } else if typed.hasPrefix("-"), !line.isOver {
      self.init(subject: .words(Self.options(line.verb)), typed: typed)
    } else if line.verb?.operands.first == "NAME[@VERSION]", let (name, lead, rest) = Self.named(typed, line) {
      self.init(subject: .versions(of: name), lead: lead, typed: rest)
    } else {
      self.init(subject: Self.operand(line), typed: typed)
    }
  }

  /// Splits `NAME@VERSION`; bash splits it at the sign as well.
  private static func named(_ typed: String, _ line: CompletionLine) -> (name: String, lead: String, typed: String)? {
    if typed == "@", let name = line.operands.last { return (name, "", "") }
    if line.operands.last == "@", let name = line.operands.dropLast().last { return (name, "", typed) }
    guard let at = typed.firstIndex(of: "@"), line.operands.isEmpty else { return nil }
    let name = String(typed[..<at])
    return (name, name + "@", String(typed[typed.index(after: at)...]))
  }

  private static func options(_ verb: Verb?) -> [Word] {
    ((verb?.options ?? []) + Option.everywhere).map { Word("--" + $0.rawValue, $0.summary) }
  }

  /// The values of an option.
  private static func value(of option: Option?, _ line: CompletionLine) -> Subject {
    guard let option else { return .nothing }
    if option == .output { return .words(Output.names.map { Word($0) }) }
    if let choices = option.choices { return .words(choices.map { Word($0) }) }
    switch option {
    case .config where line.verb?.change == .rollBack: return .digests(of: line.operands.first ?? "")
    case .kubeconfig, .certificateAuthority, .clientCertificate, .clientKey, .config, .filename, .authority:
      return .files
    case .context: return .contexts
    case .profile: return .profiles
    case .version: return line.verb.map { _ in .versions(of: line.operands.first ?? "") } ?? .nothing
    case .except: return .extensions(installed: true)
    case .filter:
      return .words(
        FilterFlag.allCases.map { Word($0.rawValue) } + FilterKey.allCases.map { Word($0.rawValue + ":") })
    default: return .nothing
    }
  }

  /// The candidates for a word that is not an option: the next word of a command, or an operand.
  private static func operand(_ line: CompletionLine) -> Subject {
    guard let verb = line.verb else {
      let begun = line.plain
      let next = Verb.all.filter { $0 != .console }.compactMap { verb -> Word? in
        let words = verb.name.split(separator: " ").map(String.init)
        guard words.count > begun.count, words.prefix(begun.count).elementsEqual(begun) else { return nil }
        return Word(words[begun.count], words.count == begun.count + 1 ? verb.summary : "")
      }
      var seen: Set<String> = []
      return .words(next.filter { seen.insert($0.text).inserted })
    }
    let operandIndex = line.operands.count
    let below = operandIndex == 0 ? Verb.all.filter { $0.name.hasPrefix(verb.name + " ") } : []
    let subject = Self.subject(of: verb, operandIndex, line)
    guard !below.isEmpty else { return subject }
    let words = below.map { Word(String($0.name.dropFirst(verb.name.count + 1)), $0.summary) }
    return subject == .nothing ? .words(words) : subject
  }

  private static func subject(of verb: Verb, _ operandIndex: Int, _ line: CompletionLine) -> Subject {
    let isListed = operandIndex < verb.operands.count
    guard let last = verb.operands.last, isListed || last.contains("…") else { return .nothing }
    let what = (isListed ? verb.operands[operandIndex] : last).filter { !"[]…".contains($0) }
    if what.contains("|") { return .words(what.split(separator: "|").map { Word(String($0)) }) }
    switch what {
    case "NAME", "NAME@VERSION":
      if verb == .contextsUse { return .profiles }
      if verb.name.hasPrefix("repo ") { return verb == .repoAdd ? .nothing : .repositories }
      return .extensions(installed: Self.isAboutWhatIsInstalled(verb, line))
    case "VERSION": return .versions(of: line.operands.first ?? "")
    case "DIGEST": return .digests(of: line.operands.first ?? "")
    case "KEY", "KEY=VALUE": return .keys(of: line.operands.first ?? "")
    case "VERB": return .words(Verb.changes.map { Word($0.name, $0.summary) })
    case "COMMAND": return .words(Verb.all.filter { $0 != .console }.map { Word($0.name, $0.summary) })
    case "METHOD": return .words(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].map { Word($0) })
    default: return .nothing
    }
  }

  /// Whether the command is about installed extensions only.
  private static func isAboutWhatIsInstalled(_ verb: Verb, _ line: CompletionLine) -> Bool {
    let change = verb == .plan ? line.operands.first.flatMap { Verb(named: $0)?.change } : verb.change
    if let change { return change != .install }
    return [Verb.cancel, .undo, .test, .configGet, .configDiff, .configHistory, .probe, .serves].contains(verb)
  }
}

/// The words of a command line before the one that is being typed, parsed as far as possible.
struct CompletionLine {
  let words: [String]
  /// The words that are neither options nor their values.
  private(set) var plain: [String] = []
  /// The option whose value is expected next.
  private(set) var open: Option?
  /// Whether `--` was read, after which there are no options.
  private(set) var isOver = false
  private(set) var verb: Verb?

  init(_ words: some Sequence<String>) {
    self.words = Array(words)
    for word in self.words { read(word) }
    // Without a word, the command is the console.
    guard !plain.isEmpty else { return }
    verb = Verb(named: plain.prefix(2).joined(separator: " ")) ?? plain.first.flatMap { Verb(named: $0) }
  }

  /// The operands so far.
  var operands: [String] {
    Array(plain.dropFirst(verb.map { $0.name.split(separator: " ").count } ?? plain.count))
  }

  private mutating func read(_ word: String) {
    if open != nil {
      open = nil
    } else if isOver || !word.hasPrefix("-") || word == "-" {
      plain.append(word)
    } else if word == "--" {
      isOver = true
    } else if let option = Self.option(word), option.argument != nil, option.valueWhenBare == nil {
      open = option
    }
  }

  /// The option that a word names; `nil` if the word also has its value.
  static func option(_ word: String) -> Option? {
    if word.hasPrefix("--") { return Option(rawValue: String(word.dropFirst(2))) }
    guard word.count == 2, let letter = word.last else { return nil }
    return Option.allCases.first { $0.letter == letter }
  }
}
