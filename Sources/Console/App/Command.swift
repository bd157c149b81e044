package import Extensions

/// A command of a key, of the palette or of a menu.
///
/// Each has a name in keymap files and after `:`, and a line on the help screen; both are in `table`.
package enum Command: Hashable, Sendable {
  case up, down, left, right, first, last
  case halfUp, halfDown, pageUp, pageDown
  case nextPane, previousPane
  case open, back, filter, clearFilter
  case sort(Sorting)
  /// Plans a change of this kind.
  case change(ChangeKind)
  case apply, reload
  /// Writes the file that a plan's command reads; shows masked secrets.
  case writeFile, reveal
  /// Returns to the choice of a version; puts missing dependencies first in the same plan.
  case pickVersion, addPrerequisites
  /// Chooses which lines of a merge conflict are taken.
  case takeTheirs, takeMine, takeBoth, takeNeither
  case keepDraft, discard
  /// Opens a screen that can be opened from anywhere.
  case page(Page)
  /// Opens a page of an extension.
  case turn(ExtensionTab)
  /// A command that only some screens have.
  case screen(ScreenCommand)
  /// Chooses the namespace of an installation.
  case namespace
  case palette, refresh, redraw, suspend, close, quit
  /// Moves back or forward through the visited places.
  case older, newer, lastPlace
  /// Goes to the next extension that failed, is busy or can be updated.
  case nextAttention
  /// Switches between exact times and ages.
  case exactTimes
  /// Copies to the terminal's clipboard.
  case copy
  /// Stores the filter under a number, or applies the one stored there.
  case keepFilter, keptFilter(Int)
  /// Shows or hides details of the selected extension beside the list.
  case togglePreview
  /// Marks the selected row, all rows, or all from the last mark.
  case mark, markAll, markRange
  /// Searches in a text, and marks lines of it.
  case find, findNext, findPrevious, selectLines
  case compareWays
  case theme, keymap, language, selection

  package static let install = Command.change(.install)
  package static let upgrade = Command.change(.upgrade)
  package static let rollBack = Command.change(.rollBack)
  package static let enable = Command.change(.enable)
  package static let disable = Command.change(.disable)
  package static let configure = Command.change(.configure)
  package static let retry = Command.change(.retry)
  package static let uninstall = Command.change(.uninstall)
  package static let forceDelete = Command.change(.forceDelete)

  package static let help = Command.page(.help)
  package static let messages = Command.page(.messages)

  private typealias Row = (command: Command, name: String, summary: String)

  private static let table: [Row] =
    [moves, keptFilters, sortings, changes, pages, turns, onScreens, others].flatMap { $0 }

  private static let moves: [Row] = [
    (.up, "up", "Select the row above"),
    (.down, "down", "Select the row below"),
    (.left, "left", "Go to the pane, tab or button on the left"),
    (.right, "right", "Go to the pane, tab or button on the right"),
    (.first, "first", "Select the first row"),
    (.last, "last", "Select the last row"),
    (.halfUp, "half-page-up", "Move half a page up"),
    (.halfDown, "half-page-down", "Move half a page down"),
    (.pageUp, "page-up", "Move a page up"),
    (.pageDown, "page-down", "Move a page down"),
    (.nextPane, "next-pane", "Go to the next pane, tab or button"),
    (.previousPane, "previous-pane", "Go to the pane, tab or button before"),
    (.open, "open", "Open what is selected, or press the button"),
    (.back, "back", "Go back without changing anything"),
    (.filter, "filter", "Show only what matches: text, !text, -f fuzzy, kube:1.32, installed"),
    (.clearFilter, "clear-filter", "Show everything again"),
    (.keepFilter, "keep-filter", "Keep the filter under a number"),
    (.togglePreview, "preview", "Show or hide the preview of the selected extension"),
    (.mark, "mark", "Mark it, or take its mark away"),
    (.markAll, "mark-all", "Mark all that is shown, or take their marks away"),
    (.markRange, "mark-range", "Mark all from the last mark to here"),
    (.find, "find", "Find text"),
    (.findNext, "find-next", "Go to the next place found"),
    (.findPrevious, "find-previous", "Go to the place found before"),
    (.selectLines, "select-lines", "Mark lines, for copying"),
  ]

  private static let keptFilters: [Row] = (0...9).map { number in
    (.keptFilter(number), "filter-\(number)", number == 0 ? "Show all" : "Filter by what is kept under \(number)")
  }

  private static let sortings: [Row] = Sorting.allCases.map { sorting in
    let name = sorting.rawValue
    return (.sort(sorting), "sort-\(name)", "Sort by \(name), then the other way around, then as before")
  }

  private static let changes: [Row] = ChangeKind.allCases.compactMap { kind in
    kind.row.summary.map { (.change(kind), kind.rawValue, $0) }
  }

  private static let pages: [Row] = Page.all.map { (.page($0), $0.name, $0.summary) }

  private static let turns: [Row] = ExtensionTab.allCases.map { (.turn($0), "turn-to-\($0.rawValue)", $0.summary) }

  private static let onScreens: [Row] = ScreenCommand.allCases.map { (.screen($0), $0.rawValue, $0.summary) }

  private static let others: [Row] = [
    (.apply, "apply", "Apply the plan on the screen"),
    (.pickVersion, "pick-version", "Pick another version for the plan"),
    (.addPrerequisites, "put-first", "Put what the extension needs and is not there first, in the same plan"),
    (.writeFile, "write-file", "Write the file that the plan's command reads to the present folder"),
    (.reveal, "reveal", "Show the secrets that are masked, in this view only"),
    (.namespace, "namespace", "Choose the namespace that it is installed in"),
    (.reload, "merge", "Put the cluster's config and yours together, after another writer changed it"),
    (.takeTheirs, "take-theirs", "Take what the cluster has here"),
    (.takeMine, "take-mine", "Take what you wrote here"),
    (.takeBoth, "take-both", "Take both, theirs first"),
    (.takeNeither, "take-neither", "Leave it here as it was before either"),
    (.keepDraft, "keep-draft", "Keep the text as a draft, and leave"),
    (.discard, "discard", "Discard the changes, or the draft"),
    (.palette, "palette", "Type the name of a command"),
    (.refresh, "refresh", "Read everything from the cluster again"),
    (.compareWays, "compare-ways", "Show where Kubernetes and the gateway disagree"),
    (.redraw, "redraw", "Draw the whole screen again"),
    (.suspend, "suspend", "Go back to the shell until `fg`"),
    (.nextAttention, "next-wanting", "Go to the next extension that failed, is busy or can be updated"),
    (.older, "older", "Go back to the place visited before"),
    (.newer, "newer", "Go forward again"),
    (.lastPlace, "last-place", "Go to the last place, and back"),
    (.exactTimes, "exact-times", "Show times as they are, or how long ago they were"),
    (.copy, "copy", "Copy what is selected to the terminal's clipboard"),
    (.close, "close", "Close what is on top; on the marketplace, leave"),
    (.quit, "quit", "Leave"),
    (.theme, "theme", "Change the theme: theme NAME"),
    (.keymap, "keymap", "Change the keys: keymap NAME"),
    (.language, "language", "Change the language: language en or zh"),
    (.selection, "selection", "Change what of a row shows that it is selected: selection row, name or auto"),
  ]

  private static let byName = Dictionary(table.map { ($0.name, $0.command) }, uniquingKeysWith: { first, _ in first })
  private static let rows = Dictionary(table.map { ($0.command, $0) }, uniquingKeysWith: { first, _ in first })

  private var row: Row {
    guard let row = Self.rows[self] else { fatalError("\(self) has no row in the table of commands") }
    return row
  }

  /// A description in one line.
  package var summary: String { row.summary }

  /// The name after `:`: that of the command for scripts, if there is one.
  package var spokenName: String { change?.row.command?.name ?? rawValue }

  /// The command with the name `text` after `:` or in keymap files.
  package init?(spoken text: String) {
    let matching = Self.allCases.first { $0.spokenName == text } ?? Self(rawValue: text)
    guard let matching else { return nil }
    self = matching
  }

  /// Whether it moves the selection or the focus, which only keys do.
  package var isMove: Bool {
    switch self {
    case .up, .down, .left, .right, .first, .last, .halfUp, .halfDown, .pageUp, .pageDown, .nextPane, .previousPane:
      true
    default: false
    }
  }

  /// Whether it needs an argument, so that no key can be bound to it.
  package var needsArgument: Bool {
    switch self {
    case .theme, .keymap, .language, .selection: true
    default: false
    }
  }

  /// The kind of change that it plans; `nil` if it plans none.
  package var change: ChangeKind? { if case .change(let kind) = self { kind } else { nil } }
}

extension Command: CaseIterable {
  package static let allCases: [Command] = table.map(\.command)

  package init?(rawValue: String) {
    guard let command = Self.byName[rawValue] else { return nil }
    self = command
  }

  /// The name in keymap files and after `:`.
  package var rawValue: String { row.name }
}
