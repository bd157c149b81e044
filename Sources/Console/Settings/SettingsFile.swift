import Glibc
import Manifest
import Platform

/// The file of settings a user writes, changed one line at a time so that all else stays as it was.
struct SettingsFile {
  let path: String

  /// Sets `name` to `value`, or says why not; the file is made when there is none.
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
    // It holds no secret, so it keeps the mode its owner gave it.
    var status = stat()
    let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o600
    try Files.write(Array(changed.utf8), to: path, mode: mode)
  }

  /// `text` with `name` set to `value`, comments and all else kept; `nil` when that cannot be done line by line.
  static func text(_ text: String, setting name: String, to value: String) -> String? {
    var lines = text.lines
    let ending = text.lineEnding
    let line = "\(name): " + Self.scalar(value)
    // Of a key that comes twice the last counts.
    if let place = lines.lastIndex(where: { YAML.isLine($0, of: name) }) {
      let comment = comment(of: lines[place])
      lines[place] = line + (comment.isEmpty ? ending[...] : comment)
    } else {
      if lines.last == "" { lines.removeLast() }
      lines += [line + ending, ""]
    }
    let result = lines.joined(separator: "\n")
    // What was written by hand can have a form that was not foreseen; such a file is not spoilt.
    guard var before = settings(in: text), let after = settings(in: result) else { return nil }
    before[name] = .string(value)
    return before == after ? result : nil
  }

  /// `value` as YAML reads it as a text, in quotes where it needs them.
  private static func scalar(_ value: String) -> String {
    let isPlain = (try? YAML.parse("v: " + value)) == ["v": .string(value)]
    return isPlain ? value : JSON.text(.string(value))
  }

  /// The comment at the end of a line, with the blanks before it.
  private static func comment(of line: String) -> Substring {
    let characters = Array(line.utf8)
    guard
      let mark = characters.indices.dropFirst().first(where: { place in
        characters[place] == UInt8(ascii: "#") && characters[place - 1] == UInt8(ascii: " ")
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
