import Manifest
import Platform

/// The config that a command is given: a file, the standard input, or explicitly none.
///
/// Missing input is not an empty config: if a program fails in `generate | ksx config set NAME`, the config must not be
/// emptied.
struct GivenConfig {
  let arguments: Arguments
  /// Whether the command requires a config, and reads it from the standard input if no file is named.
  let isRequired: Bool

  /// Reads the config; `nil` if the command is given none.
  func text() throws(CommandError) -> String? {
    if arguments.has(.empty) {
      guard arguments[.config] == nil else {
        throw CommandError("--empty and --config name two configs; leave one of them out")
      }
      return ""
    }
    guard let path = arguments[.config] else { return isRequired ? try input() : nil }
    if path == "-" {
      guard let text = try arguments.input() else { throw CommandError("--config -: the standard input is a terminal") }
      return try checked(text, from: "the standard input")
    }
    let text: String
    do { text = try Files.text(path, limit: 4 << 20) } catch { throw CommandError(error) }
    return try checked(text, from: path)
  }

  private func input() throws(CommandError) -> String {
    guard let text = try arguments.input() else {
      throw CommandError("ksx config set needs the config: --config FILE, or the standard input")
    }
    return try checked(text, from: "the standard input")
  }

  private func checked(_ text: String, from source: String) throws(CommandError) -> String {
    guard let absence = Self.absence(of: text) else { return text }
    let remedy =
      isRequired
      ? "to take away everything that is set, say --empty" : "leave --config out for the chart's defaults"
    throw CommandError("nothing was changed: \(source) \(absence); \(remedy)")
  }

  /// Why `text` is not a config; `nil` if it is one.
  ///
  /// `{}` is an empty config.
  static func absence(of text: String) -> String? {
    if text.allSatisfy(\.isWhitespace) { return "is blank" }
    return ConfigReview(text).isMissing ? "holds no value" : nil
  }
}
