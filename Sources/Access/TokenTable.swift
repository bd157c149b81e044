import KubernetesAPI
import Platform

/// The users of bearer tokens.
///
/// No error message contains a token.
package struct TokenTable: Hashable, Sendable {
  private var entries: [Entry] = []

  private struct Entry: Hashable, Sendable {
    var token: [UInt8]
    var user: User
  }

  package init() {}

  /// Reads a file in the format of kube-apiserver's `--token-auth-file`: lines of `token,user,uid,"group1,group2"`.
  package init(file: String) throws(AccessFileError) {
    try self.init(text: try AccessFile.text(file), file: file)
  }

  init(text: String, file: String) throws(AccessFileError) {
    try AccessFile.read(text, of: file) { (line, _) throws(AccessFile.Problem) in try add(line: line) }
    guard !entries.isEmpty else { throw AccessFileError(file: file, line: 0, problem: "there is no token in it") }
  }

  private mutating func add(line: String) throws(AccessFile.Problem) {
    let fields = try CommaSeparated.fields(line)
    guard (3...4).contains(fields.count) else {
      throw AccessFile.Problem(
        #"token,user,uid and perhaps "group1,group2" are expected; there are \#(fields.count) fields"#)
    }
    guard !fields[0].isEmpty, !fields[1].isEmpty else {
      throw AccessFile.Problem("the \(fields[0].isEmpty ? "token" : "user") is empty")
    }
    let token = Array(fields[0].utf8)
    guard !entries.contains(where: { $0.token == token }) else {
      throw AccessFile.Problem("the token is the same as on an earlier line")
    }
    let groups = fields.count == 4 ? fields[3].split(separator: ",").map(String.init) : []
    add(token: token, User(name: fields[1], uid: fields[2], groups: groups).addingAuthenticatedGroup)
  }

  /// Reads the owner's token, the only word of a file.
  package init(ownerFile file: String) throws(AccessFileError) {
    let words = try AccessFile.text(file).split(whereSeparator: \.isWhitespace)
    guard words.count == 1, words[0].utf8.count >= 16 else {
      throw AccessFileError(file: file, line: 0, problem: "one word of at least 16 characters is expected")
    }
    add(token: Array(words[0].utf8), .owner)
  }

  mutating func add(token: [UInt8], _ user: User) {
    entries.append(Entry(token: token, user: user))
  }

  /// The user of `token`; a wrong token takes as long as a right one.
  func user(of token: [UInt8]) -> User? {
    var found: User?
    for index in entries.indices where Self.isEqual(token, entries[index].token) { found = entries[index].user }
    return found
  }

  /// Compares in a time that does not depend on the position of the first difference.
  private static func isEqual(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
    var difference = given.count ^ expected.count
    for index in expected.indices {
      difference |= Int((index < given.count ? given[index] : 0) ^ expected[index])
    }
    return difference == 0
  }
}

/// Reads the lines of token, password and policy files.
enum AccessFile {
  struct Problem: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }

  static func text(_ file: String) throws(AccessFileError) -> String {
    do throws(SystemError) {
      return try Files.text(file, limit: 4 << 20)
    } catch {
      throw AccessFileError(file: file, line: 0, problem: error.problem.english)
    }
  }

  /// Passes every line that is neither blank nor a comment to `take`, and adds file and line number to its errors.
  static func read(
    _ text: String, of file: String, _ take: (_ line: String, _ number: Int) throws(Problem) -> Void
  ) throws(AccessFileError) {
    for line in lines(text) {
      do throws(Problem) {
        try take(line.text, line.number)
      } catch {
        throw AccessFileError(file: file, line: line.number, problem: error.text)
      }
    }
  }

  /// The lines that are neither blank nor comments, numbered from one.
  private static func lines(_ text: String) -> [(number: Int, text: String)] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap { index, line in
      let content = line.drop { $0 == " " || $0 == "\t" }
      return content.isEmpty || content.first == "#" ? nil : (index + 1, String(line))
    }
  }
}

/// One line of comma-separated values (RFC 4180).
enum CommaSeparated {
  static func fields(_ line: String) throws(AccessFile.Problem) -> [String] {
    var fields: [String] = []
    var rest = line[...]
    while true {
      fields.append(rest.first == "\"" ? try quoted(&rest) : plain(&rest))
      guard let next = rest.popFirst() else { return fields }
      guard next == "," else { throw AccessFile.Problem("a comma is expected after a closing quote") }
    }
  }

  private static func plain(_ rest: inout Substring) -> String {
    let field = rest.prefix { $0 != "," }
    rest = rest[field.endIndex...]
    return String(field)
  }

  private static func quoted(_ rest: inout Substring) throws(AccessFile.Problem) -> String {
    rest.removeFirst()
    var field = ""
    while let character = rest.popFirst() {
      guard character == "\"" else {
        field.append(character)
        continue
      }
      // A doubled quote is a literal quote.
      guard rest.first == "\"" else { return field }
      rest.removeFirst()
      field.append("\"")
    }
    throw AccessFile.Problem("a quote is not closed")
  }
}
