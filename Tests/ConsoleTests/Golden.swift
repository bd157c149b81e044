import Platform
import Terminal
import Testing

@testable import Console

/// What a screen showed when it was last looked at and found right: its text and, row by row, its styles.
///
/// A file holds one screen in several states and sizes. With `KSX_GOLDEN=write` in the environment the files are
/// written anew, to be looked at before they are kept.
enum Golden {
  /// What a user has before them when a state begins.
  enum Start {
    /// Nothing was heard of the cluster yet.
    case nothing
    case market, busyMarket, failedUpgrade

    fileprivate func tester(_ columns: Int, _ rows: Int) -> ConsoleTester {
      switch self {
      case .nothing: ConsoleTester(columns, rows)
      case .market: ConsoleTester.atMarket(columns, rows)
      case .busyMarket: MarketplaceTests.busy(columns, rows)
      case .failedUpgrade: ChangesTests.afterFailedUpgrade(columns, rows)
      }
    }
  }

  /// A state of a screen: what it is called, and how a user comes to it.
  struct State {
    let name: String
    private let start: Start
    private let body: (inout ConsoleTester) -> Void

    init(
      _ name: String, from start: Start = .market,
      _ body: @escaping (inout ConsoleTester) -> Void = { _ in }
    ) {
      self.name = name
      self.start = start
      self.body = body
    }

    fileprivate func surface(_ columns: Int, _ rows: Int) -> Surface {
      var tester = start.tester(columns, rows)
      body(&tester)
      return tester.surface
    }

    /// Draws it, and moves about in it, on screens on which nothing fits.
    fileprivate func shrink() {
      var tester = start.tester(80, 24)
      body(&tester)
      for size in [Size(rows: 0, columns: 0), Size(rows: 1, columns: 1), Size(rows: 3, columns: 9)] {
        tester.size = size
        tester.hear(.resized(size))
        tester.press(.down, .pageDown, .end, .up)
        _ = tester.screen
      }
    }
  }

  /// What everything must fit, the least there is, and where a screen is laid out otherwise.
  static let sizes = [(80, 24), (40, 10), (120, 40)]

  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Golden"

  /// Holds the screen in its `states` against the file called `name`.
  static func check(_ name: String, _ states: [State], sourceLocation: SourceLocation = #_sourceLocation) throws {
    var looks = Looks()
    let parts = states.flatMap { state in
      sizes.map { columns, rows in
        "== \(state.name) \(columns)x\(rows)\n" + looks.text(state.surface(columns, rows))
      }
    }
    for state in states { state.shrink() }
    try hold(parts + ["== looks\n" + looks.legend], name, sourceLocation)
  }

  /// The file called `name`.
  static func path(of name: String) -> String { "\(folder)/\(name).txt" }

  private static func hold(_ parts: [String], _ name: String, _ sourceLocation: SourceLocation)
    throws
  {
    let path = path(of: name)
    if Environment.current["KSX_GOLDEN"] == "write" {
      try Files.makeDirectory(folder)
      try Files.write(Array(parts.joined().utf8), to: path, mode: 0o644)
      return
    }
    let wanted = (try? Files.text(path)) ?? ""
    guard parts.joined() != wanted else { return }
    let other = parts.first { !wanted.contains($0) } ?? "no state that was there is missing here"
    Issue.record("\(name) looks otherwise than in Tests/ConsoleTests/Golden:\n\(other)", sourceLocation: sourceLocation)
  }

  /// A letter for each style, as they are met.
  private struct Looks {
    private var letters: [Style: Character] = [.plain: "."]
    private(set) var legend = ""

    /// The text of `surface`, and below it the letters of its styles; what is the same in many rows stands once.
    mutating func text(_ surface: Surface) -> String {
      let text = surface.description.split(separator: "\n", omittingEmptySubsequences: false)
        .map { String($0).trimmingEnd(" ") }
      let styles = (0..<surface.size.rows).map { row in
        Self.runs(surface.row(row).map { letter(of: $0.style) })
      }
      return (Self.folded(text) + ["--"] + Self.folded(styles)).joined(separator: "\n") + "\n"
    }

    /// Each letter once, with how often it stands there in a row; none for what is plain to the end.
    private static func runs(_ letters: [Character]) -> String {
      var rest = String(letters).trimmingEnd(".")[...]
      var text = ""
      while let first = rest.first {
        let count = rest.prefix { $0 == first }.count
        text += count == 1 ? String(first) : "\(first)\(count)"
        rest = rest.dropFirst(count)
      }
      return text
    }

    private static func folded(_ rows: [String]) -> [String] {
      var result: [String] = []
      var index = 0
      while index < rows.count {
        let same = rows[index...].prefix { $0 == rows[index] }.count
        result += same > 2 ? [rows[index], "(and \(same - 1) rows more)"] : Array(repeating: rows[index], count: same)
        index += same
      }
      return result
    }

    private mutating func letter(of style: Style) -> Character {
      if let letter = letters[style] { return letter }
      let all = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
      let letter = all[min(all.count, letters.count) - 1]
      letters[style] = letter
      legend += "\(letter) \(Golden.words(style))\n"
      return letter
    }
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
}

extension String {
  fileprivate func trimmingEnd(_ character: Character) -> String {
    var text = self[...]
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
