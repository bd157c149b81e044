import Client
import KubernetesAPI
import Manifest

extension Write {
  /// The same write for kubectl, as a line for a POSIX shell.
  ///
  /// It leaves out the resource version: a line that was copied is run later, when that is an old one.
  package func kubectl(flags: [String] = []) -> String {
    let start = ["kubectl"] + flags
    switch withoutVersion {
    case .create(_, let object):
      return Shell.line(["printf", "%s", JSON.text(object.value)]) + " | " + Shell.line(start + ["create", "-f", "-"])
    case .patch(let resource, let namespace, let name, let patch):
      let text = JSON.text(patch)
      let what = Self.flags(namespace) + ["patch", resource.qualifiedName, name, "--type=merge"]
      // One argument of a program is 128 KiB at most; printf is the shell's own.
      if text.utf8.count > 100_000 {
        return Shell.line(["printf", "%s", text]) + " | " + Shell.line(start + what + ["--patch-file=/dev/stdin"])
      }
      return Shell.line(start + what + ["-p", text])
    case .delete(let resource, let namespace, let name, _):
      return Shell.line(start + Self.flags(namespace) + ["delete", resource.qualifiedName, name])
    }
  }

  private static func flags(_ namespace: String?) -> [String] { namespace.map { ["-n", $0] } ?? [] }
}

/// Words for a POSIX shell.
package enum Shell {
  /// `words` as one command line, each quoted where it must be.
  package static func line(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }

  /// `word` so that a shell reads it back as it is: nothing has a meaning between single quotes.
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
    // By scalars: a quote that carries a combining mark is another character, and still a quote.
    let escaped = word.unicodeScalars.reduce(into: "") { $0 += $1 == "'" ? #"'\''"# : String($1) }
    return "'\(escaped)'"
  }
}
