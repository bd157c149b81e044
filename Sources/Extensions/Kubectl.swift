import Client
import KubernetesAPI
import Manifest

extension Write {
  /// This write as a kubectl command line for a POSIX shell.
  ///
  /// It omits the resourceVersion, which would be outdated when a copied line is run later. If there is a `file`,
  /// kubectl reads the body from it.
  package func kubectl(flags: [String] = [], _ file: Plan.KubectlFile? = nil) -> String {
    let start = ["kubectl"] + flags
    switch withoutVersion {
    case .create(_, let object):
      if let file { return Shell.line(start + ["create", "-f", file.name]) }
      return Shell.line(["printf", "%s", JSON.text(object.value)]) + " | " + Shell.line(start + ["create", "-f", "-"])
    case .patch(let resource, let namespace, let name, let patch):
      let what = Self.flags(namespace) + ["patch", resource.qualifiedName, name, "--type=merge"]
      return Shell.line(start + what + (file.map { ["--patch-file=\($0.name)"] } ?? ["-p", JSON.text(patch)]))
    case .delete(let resource, let namespace, let name, _):
      return Shell.line(start + Self.flags(namespace) + ["delete", resource.qualifiedName, name])
    }
  }

  /// The file with the body of `change`, so that a config is not an argument; `nil` without a config.
  func kubectlFile(for change: Change, to name: String) -> Plan.KubectlFile? {
    guard let config = change.config, !config.isEmpty, let body else { return nil }
    return Plan.KubectlFile(name: "\(name)-\(change.kind.rawValue).json", text: JSON.prettyText(body) + "\n")
  }

  /// The command line with the body piped into kubectl, so that it is in no process's arguments: `printf` is a builtin.
  ///
  /// `nil` if the body is too long to be copied, or if the config contains secrets, which a screen must not show.
  func pipedKubectl(flags: [String], for change: Change) -> String? {
    guard let config = change.config, MaskedText(config).text == config, let body else { return nil }
    let text = JSON.text(body)
    guard text.utf8.count <= Self.longestLine else { return nil }
    guard case .patch(let resource, let namespace, let name, _) = withoutVersion else { return kubectl(flags: flags) }
    let what = Self.flags(namespace) + ["patch", resource.qualifiedName, name, "--type=merge"]
    return Shell.line(["printf", "%s", text]) + " | "
      + Shell.line(["kubectl"] + flags + what + ["--patch-file=/dev/stdin"])
  }

  private static let longestLine = 2000

  private var body: Value? {
    switch withoutVersion {
    case .create(_, let object): object.value
    case .patch(_, _, _, let patch): patch
    case .delete: nil
    }
  }

  private static func flags(_ namespace: String?) -> [String] { namespace.map { ["-n", $0] } ?? [] }
}

/// Words for a POSIX shell.
package enum Shell {
  /// `words` as one command line, each quoted if necessary.
  package static func line(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }

  /// `word` quoted so that a shell reads it unchanged: no character is special between single quotes.
  package static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "A")...UInt8(ascii: "Z"):
          true
        default: "_@%+=:,./-".utf8.contains(byte)
        }
      }
    if isPlain { return word }
    // By scalars: a quote with a combining mark is a different Character, but a shell still reads the quote.
    let escaped = word.unicodeScalars.reduce(into: "") { $0 += $1 == "'" ? #"'\''"# : String($1) }
    return "'\(escaped)'"
  }
}

extension Shell {
  /// `line` broken into lines that a shell reads as the same command, only at blanks between words.
  ///
  /// A word longer than `columns` gets a line of its own, which is longer.
  package static func lines(_ line: String, columns: Int) -> [String] {
    var lines: [String] = []
    var current = ""
    for word in words(of: line) {
      let longer = current.isEmpty ? word : current + " " + word
      if current.isEmpty || longer.count + 2 <= columns {
        current = longer
      } else {
        lines.append(current + " \\")
        current = "  " + word
      }
    }
    return lines + (current.isEmpty ? [] : [current])
  }

  /// The words of a command line, with their quotes.
  private static func words(of line: String) -> [String] {
    var words: [String] = []
    var (word, isQuoted, isEscaped) = ("", false, false)
    for scalar in line.unicodeScalars {
      if scalar == " ", !isQuoted, !isEscaped {
        if !word.isEmpty { words.append(word) }
        word = ""
        continue
      }
      if scalar == "'", !isEscaped { isQuoted.toggle() }
      isEscaped = scalar == "\\" && !isQuoted && !isEscaped
      word.unicodeScalars.append(scalar)
    }
    return word.isEmpty ? words : words + [word]
  }
}
