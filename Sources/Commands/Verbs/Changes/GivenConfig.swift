import Manifest
import Platform

/// The config that a user gives with a command: a file, the standard input, or none on purpose.
///
/// Input that is missing is not an empty config: in `generate | ksx config set NAME` a failed program must not take
/// away all that was set.
struct GivenConfig {
  let arguments: Arguments
  /// The config is all that the command is about, and read from the standard input when no file is named.
  let isWhole: Bool

  /// The text, or `nil` when the command goes without one.
  func text() throws(CommandError) -> String? {
    if arguments.has(.empty) {
      guard arguments[.config] == nil else {
        throw CommandError("--empty and --config name two configs; leave one of them out")
      }
      return ""
    }
    guard let path = arguments[.config] else { return isWhole ? try input() : nil }
    if path == "-" {
      guard let text = try arguments.input() else { throw CommandError("--config -: the standard input is a terminal") }
      return try written(text, in: "the standard input")
    }
    let text: String
    do { text = try Files.text(path, limit: 4 << 20) } catch { throw CommandError(error) }
    return try written(text, in: path)
  }

  private func input() throws(CommandError) -> String {
    guard let text = try arguments.input() else {
      throw CommandError("ksx config set needs the config: --config FILE, or the standard input")
    }
    return try written(text, in: "the standard input")
  }

  private func written(_ text: String, in place: String) throws(CommandError) -> String {
    guard let absence = Self.absence(of: text) else { return text }
    let remedy =
      isWhole
      ? "to take away everything that is set, say --empty" : "leave --config out for the chart's defaults"
    throw CommandError("nothing was changed: \(place) \(absence); \(remedy)")
  }

  /// What `text` is instead of a config, or `nil` where it is one; `{}` is an empty one.
  static func absence(of text: String) -> String? {
    if text.allSatisfy(\.isWhitespace) { return "is blank" }
    return ConfigReview(text).isMissing ? "holds no value" : nil
  }
}
