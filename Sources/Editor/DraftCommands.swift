extension Draft {
  /// Carries out `command`; ignores commands for scrolling, searching and saving, which the view handles.
  mutating func perform(_ command: EditorCommand) {
    if let motion = command.motion { return move(motion) }
    if let motion = command.selectingMotion { return move(motion, selecting: true) }
    switch command {
    case .selectAll: selectAll()
    case .mark: toggleMark()
    case .newline: newline()
    case .indent: indent()
    case .dedent: dedent()
    case .deleteBackward: delete(.left)
    case .deleteForward: delete(.right)
    case .deleteWordBackward: delete(.wordLeft, toClipboard: true)
    case .deleteWordForward: delete(.wordRight, toClipboard: true)
    case .deleteToLineEnd: delete(.lineEnd, toClipboard: true)
    case .deleteLine: deleteLine()
    case .copy: copy()
    case .cut: cut()
    case .paste: paste()
    case .undo: undo()
    case .redo: redo()
    case .comment: toggleComment()
    default: break
    }
  }
}

extension EditorCommand {
  fileprivate var motion: Draft.Motion? {
    switch self {
    case .moveLeft: .left
    case .moveRight: .right
    case .moveUp: .up
    case .moveDown: .down
    case .moveWordLeft: .wordLeft
    case .moveWordRight: .wordRight
    case .moveLineStart: .lineStart
    case .moveLineEnd: .lineEnd
    case .moveTextStart: .textStart
    case .moveTextEnd: .textEnd
    default: nil
    }
  }

  fileprivate var selectingMotion: Draft.Motion? {
    switch self {
    case .selectLeft: .left
    case .selectRight: .right
    case .selectUp: .up
    case .selectDown: .down
    case .selectWordLeft: .wordLeft
    case .selectWordRight: .wordRight
    case .selectLineStart: .lineStart
    case .selectLineEnd: .lineEnd
    default: nil
    }
  }
}
