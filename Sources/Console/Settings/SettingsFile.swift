import Glibc
import Manifest
import Platform

/// The user's settings file, changed one line at a time so that everything else is kept.
struct SettingsFile {
  let path: String

  /// Sets `name` to `value`, or throws an error with the reason; creates the file if it does not exist.
  func set(_ name: String, to value: String) throws(SystemError) {
    let text: String
    do throws(SystemError) {
      text = try Files.text(path, limit: 1 << 20, takesPipes: false)
    } catch {
      guard error.isMissing else { throw error }
      text = ""
    }
    guard let changed = Self.text(text, setting: name, to: value) else {
      throw SystemError(
        "writing \(path)", problem: "its form is not one that ksx changes; write there: \(name): \(value)")
    }
    try Files.makeDirectory(Files.parent(of: path) ?? "/")
    // The file contains no secrets, so it keeps the mode that its owner gave it.
    var status = stat()
    let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o600
    try Files.write(Array(changed.utf8), to: path, mode: mode)
  }

  /// `text` with `name` set to `value` and everything else kept, including comments; `nil` if that cannot be done line
  /// by line.
  static func text(_ text: String, setting name: String, to value: String) -> String? {
    var lines = text.lines
    let ending = text.lineEnding
    let line = "\(name): " + Self.scalar(value)
    // If a key occurs twice, the last one counts.
    if let index = lines.lastIndex(where: { YAML.isLine($0, of: name) }) {
      let comment = comment(of: lines[index])
      lines[index] = line + (comment.isEmpty ? ending[...] : comment)
    } else {
      if lines.last == "" { lines.removeLast() }
      lines += [line + ending, ""]
    }
    let result = lines.joined(separator: "\n")
    // A file written by hand can have an unexpected form; such a file is left alone.
    guard var before = settings(in: text), let after = settings(in: result) else { return nil }
    before[name] = .string(value)
    return before == after ? result : nil
  }

  /// `value` as a YAML scalar that reads as a string, quoted if necessary.
  private static func scalar(_ value: String) -> String {
    let isPlain = (try? YAML.parse("v: " + value)) == ["v": .string(value)]
    return isPlain ? value : JSON.text(.string(value))
  }

  /// The comment at the end of a line, with the blanks before it.
  private static func comment(of line: String) -> Substring {
    let characters = Array(line.utf8)
    guard
      let mark = characters.indices.dropFirst().first(where: { index in
        characters[index] == UInt8(ascii: "#") && characters[index - 1] == UInt8(ascii: " ")
      })
    else { return "" }
    var start = mark
    while start > 0, characters[start - 1] == UInt8(ascii: " ") { start -= 1 }
    return line.dropFirst(String(decoding: characters[..<start], as: UTF8.self).count)
  }

  private static func settings(in text: String) -> Mapping? {
    guard let value = try? YAML.parse(text) else { return nil }
    if value == .null { return [:] }
    guard case .mapping(let mapping) = value else { return nil }
    return mapping
  }
}
