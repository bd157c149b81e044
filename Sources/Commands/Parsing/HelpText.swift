/// The output of `ksx help`, made from the tables that parsing uses.
enum Help {
  static func text(for operands: [String]) throws(CommandError) -> String {
    let words = operands.joined(separator: " ")
    if words.isEmpty { return overview }
    if let verb = Verb(named: words) { return command(verb) }
    let below = Verb.all.filter { $0.name.hasPrefix((operands.first ?? "") + " ") }
    if below.isEmpty { throw CommandError("there is no command \(words); ksx help lists them") }
    return below.map(command).joined(separator: "\n")
  }

  private static var overview: String {
    let verbs = Verb.all.filter { $0 != .console }
    return """
      ksx is a terminal console for KubeSphere extensions. Without a command it opens the console.

      Usage: ksx [COMMAND] [OPTIONS]

      Commands
      \(columns(verbs.map { ($0.usage, $0.summary) }))
      Options that say which cluster, and how to reach it
      \(columns(Option.everywhere.map { (spelling($0), $0.summary) }))
      ksx help COMMAND explains one command. Data goes to the standard output and nothing else; an error is one
      line on the standard error. The exit status is 0 when it is done and 1 when it is not.

      """
  }

  private static func command(_ verb: Verb) -> String {
    let notes = verb.notes.isEmpty ? "" : verb.notes.joined(separator: "\n") + "\n\n"
    let options =
      verb.options.isEmpty ? "" : "Options\n" + columns(verb.options.map { (spelling($0), $0.summary) }) + "\n"
    return """
      \(verb.summary).

      Usage: ksx \(verb.usage)\(verb.options.isEmpty ? "" : " [OPTIONS]")

      \(notes)\(options)ksx help lists the options that say which cluster.

      """
  }

  private static func spelling(_ option: Option) -> String {
    (option.letter == nil ? "    " : "") + option.spelling
  }

  private static func columns(_ rows: [(String, String)]) -> String {
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    return rows.map { "  \($0)\(String(repeating: " ", count: width - $0.count))\($1)\n" }.joined()
  }
}
