/// Everything a key, the palette or a menu can ask for.
///
/// The raw value is the name in keymap files and after `:`; the summary is the line in the help
/// screen. There is no other list of commands.
package enum Command: String, CaseIterable, Sendable {
  case up, down, left, right, first, last
  case halfUp = "half-page-up"
  case halfDown = "half-page-down"
  case pageUp = "page-up"
  case pageDown = "page-down"
  case nextPane = "next-pane"
  case previousPane = "previous-pane"
  case open, back, filter
  case clearFilter = "clear-filter"
  case install, upgrade
  case rollBack = "roll-back"
  case enable, disable, configure, uninstall
  case forceDelete = "force-delete"
  case apply, reload
  case help, palette, messages, refresh, redraw, suspend, quit
  case compareWays = "compare-ways"
  case theme, keymap, language

  /// What it does, in one line.
  package var summary: String {
    switch self {
    case .up: "Select the row above"
    case .down: "Select the row below"
    case .left: "Go to the pane, tab or button on the left"
    case .right: "Go to the pane, tab or button on the right"
    case .first: "Select the first row"
    case .last: "Select the last row"
    case .halfUp: "Move half a page up"
    case .halfDown: "Move half a page down"
    case .pageUp: "Move a page up"
    case .pageDown: "Move a page down"
    case .nextPane: "Go to the next pane, tab or button"
    case .previousPane: "Go to the pane, tab or button before"
    case .open: "Open what is selected, or press the button"
    case .back: "Go back without changing anything"
    case .filter: "Show only what matches: text, !text, -f fuzzy, -l category=name"
    case .clearFilter: "Show everything again"
    case .install: "Plan to install the extension"
    case .upgrade: "Plan to upgrade it to a newer version"
    case .rollBack: "Plan to go back to an earlier version and its config"
    case .enable: "Plan to enable it"
    case .disable: "Plan to disable it"
    case .configure: "Edit its config"
    case .uninstall: "Plan to uninstall it"
    case .forceDelete: "Plan to remove what cannot be uninstalled, without its hooks"
    case .apply: "Apply the plan on the screen"
    case .reload: "Take the cluster's config beside what you wrote"
    case .help: "Show the keys and what they do"
    case .palette: "Type the name of a command"
    case .messages: "Show what was said before"
    case .refresh: "Read everything from the cluster again"
    case .compareWays: "Show where Kubernetes and the gateway disagree"
    case .redraw: "Draw the whole screen again"
    case .suspend: "Go back to the shell until `fg`"
    case .quit: "Leave"
    case .theme: "Change the theme: theme NAME"
    case .keymap: "Change the keys: keymap NAME"
    case .language: "Change the language of extensions' texts: language en or zh"
    }
  }

  /// Makes sense only with a word after it, so no key can ask for it.
  package var needsArgument: Bool {
    switch self {
    case .theme, .keymap, .language: true
    default: false
    }
  }
}
