import Platform
import Terminal
import Testing

@testable import Console

/// What a screen showed when it was last looked at and found right: its text and, row by row, its styles.
///
/// With `KSX_GOLDEN=write` in the environment the files are written anew, to be looked at before they are kept.
enum Golden {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Golden"

  /// The text of `surface`, and below it a letter for each look, with a legend.
  static func text(_ surface: Surface) -> String {
    var letters: [Style: Character] = [.plain: "."]
    var legend: [String] = []
    let rows = (0..<surface.size.rows).map { row in
      String(
        surface.row(row).map { cell -> Character in
          if let letter = letters[cell.style] { return letter }
          let letter = Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(min(25, letters.count - 1))))
          letters[cell.style] = letter
          legend.append("\(letter) \(words(cell.style))")
          return letter
        }
      ).trimmingEnd(".")
    }
    let text = surface.description.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0).trimmingEnd(" ")
    }
    return (text + ["---"] + rows + ["---"] + legend).joined(separator: "\n") + "\n"
  }

  private static func words(_ style: Style) -> String {
    let attributes: [(Style.Attributes, String)] = [
      (.bold, "bold"), (.dim, "dim"), (.reverse, "reverse"), (.underline, "underline"), (.italic, "italic"),
    ]
    func color(_ color: Color?) -> String? {
      switch color {
      case .palette(let number)?: "\(number)"
      case .rgb(let red, let green, let blue)?: "rgb \(red) \(green) \(blue)"
      case nil: nil
      }
    }
    let parts = attributes.filter { style.attributes.contains($0.0) }.map(\.1)
    let colors = [color(style.foreground), color(style.background).map { "on \($0)" }].compactMap { $0 }
    return (parts + colors).joined(separator: " ")
  }

  /// Holds `surface` against the file called `name`.
  static func check(_ surface: Surface, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = "\(folder)/\(name).txt"
    let found = text(surface)
    if Environment.current["KSX_GOLDEN"] == "write" {
      try Files.makeDirectory(folder)
      try Files.write(Array(found.utf8), to: path, mode: 0o644)
      return
    }
    let wanted = (try? Files.text(path)) ?? ""
    #expect(
      found == wanted, "\(name) looks otherwise than in Tests/ConsoleTests/Golden", sourceLocation: sourceLocation)
  }
}

extension String {
  fileprivate func trimmingEnd(_ character: Character) -> String {
    var text = self[...]
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
