/// The exit statuses of ksx and their meanings, for each group of commands.
///
/// The table in the README is made from this, and the test `everyStatusOfTheTableComesAbout` covers each status.
enum ExitStatus {
  struct Group: Hashable, Sendable {
    /// The verbs of the group; empty for all others.
    var verbs: [String]
    /// The meanings of 0, 1 and 2.
    var meanings: [String]

    /// `of plan`.
    var heading: String {
      verbs.isEmpty ? "of every other command" : "of " + verbs.map { "`\($0)`" }.joined(separator: ", ")
    }
  }

  static let groups = [
    Group(verbs: ["plan"], meanings: ["nothing would change", "something would", "it cannot be told or done"]),
    Group(
      verbs: ["diff", "config diff", "compare"], meanings: ["the same", "they differ", "it cannot be told"]),
    Group(verbs: ["doctor"], meanings: ["nothing is wrong", "something is", "it could not look"]),
    Group(verbs: ["test"], meanings: ["all passed, or there are none", "one failed", "they could not be run"]),
    Group(verbs: ["probe"], meanings: ["all answer", "something does not", "nothing could be asked"]),
    Group(verbs: ["explain"], meanings: ["a rule serves it", "none does", "it cannot be told"]),
    Group(verbs: ["journal verify"], meanings: ["all is well", "it is not", "it cannot be read"]),
    Group(verbs: ["wait"], meanings: ["it is so", "it failed, or is not so in time", "–"]),
    Group(verbs: [], meanings: ["done", "not done", "–"]),
  ]

  /// The rows of the table, one for each status.
  static var rows: [[String]] {
    let signals = groups.map { group in
      group.verbs.isEmpty ? "a signal ended it; the console says where an open text is kept" : "a signal ended it"
    }
    return (0...2).map { status in ["\(status)"] + groups.map { $0.meanings[status] } } + [["128 + signal"] + signals]
  }
}
