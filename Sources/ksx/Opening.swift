import Commands
import Console
import Glibc
import Operations
import Platform
import Terminal

/// Opens the console on the cluster that the command line named, and returns the exit status.
func openConsole(
  at connection: ClusterSession, localState: LocalState, _ manner: TerminalMode, clusterChoices: ClusterChoices
) -> Int32 {
  let session = consoleSession(connection, localState, clusterChoices)
  let settings = Settings.load(.current)
  let log = log(in: localState.state)
  defer { close(log) }
  do {
    let options = NcursesScreen.Options(standardError: log < 0 ? nil : log)
    let reload = SettingsReload(folder: XDG().config) { Settings.load(.current) }
    let ending = try openConsole(
      session, settings: settings, screen: options, reload: reload, isSlow: manner.isSlow,
      isPlain: manner.isPlain)
    for words in ending.lastWords { _ = Program.fail(words) }
    return ending.status
  } catch {
    return Program.fail(error.description)
  }
}

/// A session with the records of its cluster on this computer, which can also open other clusters.
private func consoleSession(
  _ connection: ClusterSession, _ localState: LocalState, _ clusterChoices: ClusterChoices
) -> Session {
  let identity = connection.status.identity
  var opened = Session(connection, recordKeeper: RecordKeeper(folder: localState.state, cluster: identity))
  opened.knowledge = localState.knowledge(of: identity)
  opened.whenLearnt = { localState.remember($0, of: identity) }
  opened.settingsFile = XDG().config + "/config.yaml"
  opened.otherClusters = OtherClusters(
    list: {
      Result { () throws(CommandError) in try clusterChoices.all() }.mapError { ReadFailure($0.words) }
    },
    open: { choice in
      do throws(CommandError) {
        return .success(consoleSession(try await clusterChoices.open(choice), localState, clusterChoices))
      } catch {
        return .failure(ReadFailure(error.words))
      }
    })
  return opened
}

/// Opens the log file, which replaces the standard error while the screen is in use; negative if that fails.
private func log(in folder: String) -> Int32 {
  try? Files.makeDirectory(folder)
  return open(folder + "/ksx.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
}
