import Terminal

// Keys that arrive faster than a user types.
extension Loop {
  /// The maximum number of keys that are handled at once.
  static let burstLimit = 1 << 20
  /// This many text keys in one burst, with a newline among them, are a paste.
  private static let pasteLength = 8

  /// `keys`, with pasted text as a single key, so that the editor does not indent it and undoes it in one step.
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
  /// Whether bursts of text are to be treated as pastes.
  package var takesPastes: Bool { top.sections == [.editor] }
}
