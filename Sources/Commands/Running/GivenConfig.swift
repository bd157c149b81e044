import Platform
import Terminal

/// The config that a person gives with a command: a file, the standard input, or none on purpose.
///
/// Input that is missing is not an empty config: in `generate | ksx config set NAME` a failed program must not take
/// away all that was set.
struct GivenConfig {
  let invocation: Invocation
  let outlet: Outlet

  /// The text, or `nil` when the command goes without one.
  func text() throws(CommandError) -> String? {
    if invocation.has(.empty) {
      guard invocation[.config] == nil else {
        throw CommandError("--empty and --config name two configs; leave one of them out")
      }
      return ""
    }
    guard let path = invocation[.config] else { return invocation.verb == .configSet ? try input() : nil }
    if path == "-" {
      guard let text = try outlet.input() else { throw CommandError("--config -: the standard input is a terminal") }
      return try written(text, in: "the standard input")
    }
    let text: String
    do { text = try Files.text(path, limit: 4 << 20) } catch { throw CommandError(error) }
    return try written(text, in: path)
  }

  private func input() throws(CommandError) -> String {
    guard let text = try outlet.input() else {
      throw CommandError("ksx config set needs the config: --config FILE, or the standard input")
    }
    return try written(text, in: "the standard input")
  }

  private func written(_ text: String, in place: String) throws(CommandError) -> String {
    guard text.allSatisfy(\.isWhitespace) else { return text }
    let remedy =
      invocation.verb == .configSet
      ? "to take away everything that is set, say --empty" : "leave --config out for the chart's defaults"
    throw CommandError("nothing was changed: \(place) is blank; \(remedy)".sanitised)
  }
}
