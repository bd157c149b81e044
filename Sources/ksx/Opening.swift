import Client
import Commands
import Console
import Glibc
import Platform
import Terminal

/// Opens the console on the cluster that the command line named, and returns the exit status.
func openConsole(at destination: Destination, shelf: Shelf) -> Int32 {
  var session = Session(
    Session.Description(
      cluster: destination.name, identity: destination.identity, isReadOnly: destination.isReadOnly,
      isInsecure: destination.isInsecure),
    cluster: destination.cluster, dialect: destination.dialect,
    recordKeeper: RecordKeeper(folder: shelf.state, cluster: destination.identity))
  session.description.kubectlFlags = destination.kubectlFlags
  session.description.user = destination.user
  session.knowledge = shelf.knowledge(of: destination.identity)
  session.whenLearnt = { shelf.remember($0, of: destination.identity) }
  session.settingsFile = XDG().config + "/config.yaml"
  session.gateway = destination.gateway
  session.fallback = destination.fallback
  session.ways = destination.ways
  if destination.gateway != nil, destination.ways == nil { session.description.note = "gateway" }
  let settings = Settings.load(.current)
  let log = log(in: shelf.state)
  defer { close(log) }
  do {
    let options = NcursesScreen.Options(standardError: log < 0 ? nil : log)
    let lastWords = try openConsole(session, settings: settings, screen: options)
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
