import Client
import Extensions
import Operations
import Platform

// Files on this computer.
extension Worker {
  /// Writes to the files of the user.
  func keep(_ request: Request) -> Message? {
    switch request {
    case .remember(let line):
      keep("The version and config from before the change were not saved") { keeper throws(SystemError) in
        try keeper.history.note(line)
      }
    case .setDraft(let name, let draft):
      keep("The draft of \(name) was not saved", orElse: draft == nil ? nil : .draftKept(of: name)) {
        keeper throws(SystemError) in try keeper.keep(draft, of: name)
      }
    case .keepPlaces(let places):
      keep("The places that you visited were not saved") { keeper throws(SystemError) in try keeper.keep(places: places)
      }
    case .noteOutcome(let progress, let name, let outcome):
      noted(progress, of: name, outcome)
    default: nil
    }
  }

  /// Records the outcome of a change, and reads the records again.
  private func noted(_ progress: ChangeProgress, of name: String, _ outcome: ChangeProgress.Outcome) -> Message {
    sender.note(progress, of: name, outcome)
    return .recalled(session.recordKeeper?.recall() ?? Records())
  }

  func keepSetting(_ name: String, _ value: String) -> Message? {
    guard let path = session.settingsFile else { return nil }
    do throws(SystemError) {
      try SettingsFile(path: path).set(name, to: value)
      return nil
    } catch {
      return .failed("The \(name) was not saved for the next session: \(error).")
    }
  }

  /// Writes a new file; an existing file with other contents may be the user's, and is not replaced.
  func write(_ file: Plan.KubectlFile) -> Message {
    do throws(SystemError) {
      let bytes = Array(file.text.utf8)
      if let there = try? Files.read(file.name), there != bytes {
        return .failed("\(file.name) is there already with something else in it, and stays so: move it away.")
      }
      try Files.write(bytes, to: file.name)
      return .wroteFile(file.name)
    } catch {
      return .failed("\(file.name) was not written: \(error).")
    }
  }

  /// Writes to this computer; returns `success`, or a message with the error.
  private func keep(
    _ failure: Sentence, orElse success: Message? = nil, _ body: (RecordKeeper) throws(SystemError) -> Void
  ) -> Message? {
    guard let keeper = session.recordKeeper else { return nil }
    do throws(SystemError) {
      try body(keeper)
      return success
    } catch {
      return .failed("\(failure): \(error).")
    }
  }
}
