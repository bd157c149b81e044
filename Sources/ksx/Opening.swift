import Commands
import Console
import Glibc
import Operations
import Platform
import Terminal

/// Opens the console on the cluster that the command line named, and returns the exit status.
func openConsole(at connection: ClusterSession, localState: LocalState, _ manner: ConsoleManner) -> Int32 {
  let identity = connection.status.identity
  var session = Session(connection, recordKeeper: RecordKeeper(folder: localState.state, cluster: identity))
  session.knowledge = localState.knowledge(of: identity)
  session.whenLearnt = { localState.remember($0, of: identity) }
  session.settingsFile = XDG().config + "/config.yaml"
  let settings = Settings.load(.current)
  let log = log(in: localState.state)
  defer { close(log) }
  do {
    let options = NcursesScreen.Options(standardError: log < 0 ? nil : log)
    let reload = SettingsReload(folder: XDG().config) { Settings.load(.current) }
    let lastWords = try openConsole(
      session, settings: settings, screen: options, reload: reload, isSlow: manner.isSlow,
      isPlain: manner.isPlain)
    return lastWords.map(Program.fail).last ?? 0
  } catch {
    return Program.fail(error.description)
  }
}

/// The file that keeps what is written to the standard error while the screen is up.
private func log(in folder: String) -> Int32 {
  try? Files.makeDirectory(folder)
  return open(folder + "/ksx.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
}
