import ArgumentParser
import Glibc
import Platform

/// The command line of `ksxd`.
@main
struct Daemon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ksxd", abstract: "The backend of ksx: an API for KubeSphere extensions, and what acts on it.",
    version: "ksxd " + ProgramVersion.current,
    subcommands: [Serve.self, ControlCommand.self, GatewayCommand.self, ExplainCommand.self])

  static func main() async {
    StandardStreams.occupy()
    await main(nil)
  }
}

/// A failure that is told in one line.
struct DaemonError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
