/// The names of all styles that themes define and the screen uses.
///
/// A test checks that every theme defines each and that the program uses each.
package enum StyleName: String, CaseIterable, Sendable {
  case text, dim, title, border, accent
  case header
  case headerWarning = "header.warning"
  case headerFailed = "header.failed"
  case headerBusy = "header.busy"
  case headerUpdate = "header.update"
  case status
  case statusOK = "status.ok"
  case statusWarning = "status.warning"
  case statusError = "status.error"
  case statusBusy = "status.busy"
  case listHeading = "list.heading"
  case listSelected = "list.selected"
  case category
  case categorySelected = "category.selected"
  case stateInstalled = "state.installed"
  case stateBusy = "state.busy"
  case stateFailed = "state.failed"
  case stateDisabled = "state.disabled"
  case stateNone = "state.none"
  case versionNew = "version.new"
  case tab
  case tabActive = "tab.active"
  case prompt
  case promptMatch = "prompt.match"
  case helpKey = "help.key"
  case helpSection = "help.section"
  case dialog
  case dialogTitle = "dialog.title"
  case dialogDanger = "dialog.danger"
  case dialogButton = "dialog.button"
  case diffAdded = "diff.added"
  case diffRemoved = "diff.removed"
  case diffChanged = "diff.changed"
  case diffContext = "diff.context"
  case yamlKey = "yaml.key"
  case yamlString = "yaml.string"
  case yamlNumber = "yaml.number"
  case yamlKeyword = "yaml.keyword"
  case yamlComment = "yaml.comment"
  case yamlPunctuation = "yaml.punctuation"
  case editorLineNumber = "editor.lineNumber"
  case editorSelection = "editor.selection"
  case editorCursorLine = "editor.cursorLine"
  case editorProblem = "editor.problem"
  case markdownHeading = "markdown.heading"
  case markdownCode = "markdown.code"
  case markdownLink = "markdown.link"
  case markdownEmphasis = "markdown.emphasis"
}

extension Theme {
  /// The style called `name`.
  package subscript(name: StyleName) -> Style { self[name.rawValue] }
}
