import ArgumentParser
import Client
import Glibc
import HTTP
import HTTPServer
import Platform

/// The command line of `ksxd`.
@main
struct Daemon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ksxd", abstract: "The backend of ksx: an API for KubeSphere extensions, and what acts on it.",
    version: "ksxd " + ProgramVersion.current,
    subcommands: [
      Serve.self, ControlCommand.self, GatewayCommand.self, ExplainCommand.self, PackageCommand.self, RepoCommand.self,
    ])

  static func main() async {
    StandardStreams.occupy()
    do { try DescriptorLimit.checkRuntime() } catch { endAtOnce("\(error)") }
    ServerLoops.fitToCores()
    atexit(endUnwritten)
    await main(nil)
  }

  /// Raises the limit of open files to what the system allows; throws if that is too low.
  static func raiseFileLimit() throws(DaemonError) {
    do { try DescriptorLimit.raise() } catch { throw DaemonError("\(error)") }
  }

  /// Announces on the standard output that the program is ready; it goes on if that cannot be written.
  static func announce(_ words: String) {
    let line = Array("ksxd is ready\(words)\n".utf8)
    _ = write(STDOUT_FILENO, line, line.count)
  }
}

/// Exits with an error if buffered output could not be written, unless its reader has gone (EPIPE).
private func endUnwritten() {
  guard fflush(nil) != 0, errno != EPIPE else { return }
  endAtOnce("the standard output cannot be written: \(String(cString: strerror(errno)))")
}

/// Writes the error and exits without any cleanup.
private func endAtOnce(_ problem: String) -> Never {
  let words = Array("Error: \(problem)\n".utf8)
  _ = write(STDERR_FILENO, words, words.count)
  _exit(1)
}

extension ClusterError {
  /// The problem and its remedy, without options that only ksx has.
  func daemonMessage(for doing: Sentence, at server: String) -> String {
    if case .transport(.timedOut(let seconds)) = self {
      return "\(doing.english): \(server) sent nothing for \(seconds) s; try again"
    }
    return sentence(for: doing, at: server).english
  }
}

/// An error that is shown in one line.
struct DaemonError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
