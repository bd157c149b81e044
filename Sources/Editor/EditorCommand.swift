/// A command of the editor.
///
/// The raw value is the name in keymap files; keymaps, help and palette all use this list.
package enum EditorCommand: String, CaseIterable, Hashable, Sendable {
  case moveLeft = "move-left"
  case moveRight = "move-right"
  case moveUp = "move-up"
  case moveDown = "move-down"
  case moveWordLeft = "move-word-left"
  case moveWordRight = "move-word-right"
  case moveLineStart = "move-line-start"
  case moveLineEnd = "move-line-end"
  case movePageUp = "move-page-up"
  case movePageDown = "move-page-down"
  case moveTextStart = "move-text-start"
  case moveTextEnd = "move-text-end"
  case selectLeft = "select-left"
  case selectRight = "select-right"
  case selectUp = "select-up"
  case selectDown = "select-down"
  case selectWordLeft = "select-word-left"
  case selectWordRight = "select-word-right"
  case selectLineStart = "select-line-start"
  case selectLineEnd = "select-line-end"
  case selectAll = "select-all"
  case mark
  case newline
  case indent
  case dedent
  case deleteBackward = "delete-backward"
  case deleteForward = "delete-forward"
  case deleteWordBackward = "delete-word-backward"
  case deleteWordForward = "delete-word-forward"
  case deleteToLineEnd = "delete-to-line-end"
  case deleteLine = "delete-line"
  case copy
  case cut
  case paste
  case undo
  case redo
  case find
  case findNext = "find-next"
  case findPrevious = "find-previous"
  case replace
  case goTo = "go-to"
  case comment
  case fold
  case editOutside = "edit-outside"
  case save
  case abandon

  /// One line of help.
  package var summary: String {
    switch self {
    case .moveLeft: "one character to the left"
    case .moveRight: "one character to the right"
    case .moveUp: "one line up"
    case .moveDown: "one line down"
    case .moveWordLeft: "one word to the left"
    case .moveWordRight: "one word to the right"
    case .moveLineStart: "to the first character of the line, then to its very start"
    case .moveLineEnd: "to the end of the line"
    case .movePageUp: "one screen up"
    case .movePageDown: "one screen down"
    case .moveTextStart: "to the start of the text"
    case .moveTextEnd: "to the end of the text"
    case .selectLeft: "select one character to the left"
    case .selectRight: "select one character to the right"
    case .selectUp: "select one line up"
    case .selectDown: "select one line down"
    case .selectWordLeft: "select one word to the left"
    case .selectWordRight: "select one word to the right"
    case .selectLineStart: "select to the start of the line"
    case .selectLineEnd: "select to the end of the line"
    case .selectAll: "select everything"
    case .mark: "begin to select from here, or stop"
    case .newline: "begin a line, indented like this one"
    case .indent: "complete the key, else indent by two, or the lines selected"
    case .dedent: "take two blanks of indent away"
    case .deleteBackward: "delete the character before the cursor"
    case .deleteForward: "delete the character under the cursor"
    case .deleteWordBackward: "delete the word before the cursor"
    case .deleteWordForward: "delete the word after the cursor"
    case .deleteToLineEnd: "cut to the end of the line"
    case .deleteLine: "cut the line"
    case .copy: "copy what is selected, or the line"
    case .cut: "cut what is selected, or the line"
    case .paste: "insert what was cut or copied"
    case .undo: "undo"
    case .redo: "redo"
    case .find: "find a text"
    case .findNext: "go to the next match"
    case .findPrevious: "go to the match before"
    case .replace: "replace a text by another everywhere, or in what is selected"
    case .goTo: "go to a line, such as 12 or 12:3, or to a key, such as receiver.port"
    case .comment: "make a comment of the line, or of those selected; or take that back"
    case .fold: "hide what is below this line's key, or show it again"
    case .editOutside: "edit the text in $VISUAL or $EDITOR"
    case .save: "save"
    case .abandon: "leave without saving"
    }
  }

  /// All commands by their names in keymap files.
  package static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
}
