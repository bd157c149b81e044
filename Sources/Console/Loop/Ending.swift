import Glibc
import Platform
import Terminal

/// How a console ended: what has to be said when the screen is gone, and the status that the program ends with.
package struct Ending: Hashable, Sendable {
  /// Where drafts are kept, what could not be written to this computer, what is not known of what was sent.
  package var lastWords: [String] = []
  /// The signal that ended it; `nil` where its user did.
  package var signal: Int32?

  init(signal: Int32?) { self.signal = signal }

  fileprivate static func name(of signal: Int32) -> String {
    let names: [Int32: String] = [SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGTERM: "SIGTERM"]
    return names[signal] ?? "signal \(signal)"
  }

  /// As a shell has it: 128 and the number of the signal.
  package var status: Int32 { signal.map { 128 + $0 } ?? (lastWords.isEmpty ? 0 : 1) }
}

// Texts that were open when the program was ended.
extension Loop {
  /// Where the draft of the extension called `name` is kept, and how it is gone on with, after a signal.
  func words(ofDraft name: String) -> String {
    let signal = Ending.name(of: screen.endingSignal ?? 0)
    return words(ofDraft: name) { "ended by \(signal). \($0)" }
  }

  private func words(ofDraft name: String, _ whole: (Sentence) -> Sentence) -> String {
    let file = worker.session.recordKeeper?.draftFile(of: name) ?? ""
    return app.state.words(
      whole("The text of \(name) is kept as a draft in \(file): start ksx again, and :drafts goes on with it."))
  }

  /// Leaves words for a crash about what is being edited, which has been kept up to a moment before.
  mutating func prepareForCrash() {
    let said = app.draftsBeingEdited.map { name in
      "ksx: " + words(ofDraft: name) { "crashed. \($0)" }
    }.joined(separator: "\n")
    guard said != crashWords else { return }
    crashWords = said
    screen.sayWhenCrashed(said)
  }
}

extension App {
  /// The extensions whose configs are open with edits that are not saved.
  fileprivate var draftsBeingEdited: [String] {
    layers.compactMap { ($0 as? ConfigScreen)?.draftBeingEdited }
  }
}
