import Glibc
import Platform
import Terminal

/// How the console ended: what must be printed after the screen is gone, and the exit status.
package struct Ending: Hashable, Sendable {
  /// Where drafts are stored, which files could not be written, and which results are not known.
  package var lastWords: [String] = []
  /// The signal that ended it; `nil` if the user left.
  package var signal: Int32?

  init(signal: Int32?) { self.signal = signal }

  fileprivate static func name(of signal: Int32) -> String {
    let names: [Int32: String] = [SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGTERM: "SIGTERM"]
    return names[signal] ?? "signal \(signal)"
  }

  /// As in a shell: 128 plus the number of the signal.
  package var status: Int32 { signal.map { 128 + $0 } ?? (lastWords.isEmpty ? 0 : 1) }
}

// Texts that were being edited when the program ended.
extension Loop {
  /// After a signal: where the draft of the extension `name` is stored, and how to continue with it.
  func words(ofDraft name: String) -> String {
    let signal = Ending.name(of: screen.endingSignal ?? 0)
    return words(ofDraft: name) { "ended by \(signal). \($0)" }
  }

  private func words(ofDraft name: String, _ whole: (Sentence) -> Sentence) -> String {
    let file = worker.session.recordKeeper?.draftFile(of: name) ?? ""
    return app.state.words(
      whole("The text of \(name) is kept as a draft in \(file): start ksx again, and :drafts goes on with it."))
  }

  /// Sets the message for a crash to the drafts that are being edited, which are stored continuously.
  mutating func prepareForCrash() {
    let said = app.draftsBeingEdited.map { name in
      "ksx: " + words(ofDraft: name) { "crashed. \($0)" }
    }.joined(separator: "\n")
    guard said != crashWords else { return }
    crashWords = said
    screen.setCrashMessage(said)
  }
}

extension App {
  /// The extensions whose configs have edits that are not saved.
  fileprivate var draftsBeingEdited: [String] {
    layers.compactMap { ($0 as? ConfigScreen)?.draftBeingEdited }
  }
}
