import Terminal

// Keys that come faster than anyone types.
extension Loop {
  /// So many keys are taken at once at most.
  static let burstLimit = 1 << 20
  /// So many keys of text with a line end among them, and no pause, are a paste.
  private static let pasteLength = 8

  /// `keys` with what was pasted in one piece: nothing indents it, and it is undone at once.
  static func withPastes(_ keys: [Key]) -> [Key] {
    var (result, run): ([Key], [Key]) = ([], [])
    func flush() {
      let hasLineEnd = run.contains(.enter)
      result += run.count >= pasteLength && hasLineEnd ? [.paste(text(run))] : run
      run = []
    }
    for key in keys {
      if isText(key) {
        run.append(key)
      } else {
        flush()
        result.append(key)
      }
    }
    flush()
    return result
  }

  private static func isText(_ key: Key) -> Bool {
    switch key {
    case .character, .enter, .tab: true
    default: false
    }
  }

  private static func text(_ keys: [Key]) -> String {
    String(
      keys.map { key -> Character in
        switch key {
        case .character(let character): character
        case .tab: "\t"
        default: "\n"
        }
      })
  }
}

extension App {
  /// Whether text that comes all at once is put in as it is.
  package var takesPastes: Bool { top.sections == [.editor] }
}
