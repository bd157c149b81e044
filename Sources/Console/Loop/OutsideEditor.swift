import Extensions
import Glibc
import Platform

/// Runs the user's own editor on the terminal, which the console lends to it.
enum OutsideEditor {
  /// Lets the user edit `text`, and returns the result; the file is accessible to the user only, and is removed.
  static func edit(_ text: String, called name: String) -> EditedText {
    var template = Array("\(folder)/ksx-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return .refused("There is no folder to edit the text in.") }
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = directory + "/\(name).yaml"
    defer {
      // Editors leave copies in the folder, which contain the same secrets.
      for file in (try? Files.names(in: directory)) ?? [] { unlink("\(directory)/\(file)") }
      rmdir(directory)
    }
    do throws(SystemError) {
      try Files.write(Array(text.utf8), to: path)
    } catch {
      return .refused("The text cannot be edited outside: \(error).")
    }
    let editor = Environment.current["VISUAL"] ?? Environment.current["EDITOR"] ?? "vi"
    // `VISUAL` and `EDITOR` may be commands with options, so a shell runs them.
    guard system("\(editor) \(Shell.quoted(path))") == 0 else {
      return .refused("\(editor) ended with an error: the text is as it was.")
    }
    return read(path)
  }

  private static var folder: String {
    Environment.current["XDG_RUNTIME_DIR"] ?? Environment.current["TMPDIR"] ?? "/tmp"
  }

  private static func read(_ path: String) -> EditedText {
    guard let bytes = try? Files.read(path) else {
      return .refused("What was edited cannot be read: the text is as it was.")
    }
    do throws(TextError) {
      return .text(try String(textOf: bytes))
    } catch {
      return .refused("What was edited is not taken: \(error).")
    }
  }
}
