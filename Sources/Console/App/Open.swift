import Client
package import Platform
package import Terminal

/// Opens the console on the terminal and returns when the user leaves.
///
/// Must be called on the main thread, which the console occupies; `options` configures the terminal. Returns what must
/// be printed after the screen is gone.
package func openConsole(
  _ session: Session, settings: Settings, screen options: NcursesScreen.Options = NcursesScreen.Options(),
  reload: SettingsReload? = nil, isSlow: Bool = false, isPlain: Bool = false
) throws(TerminalError) -> Ending {
  guard Descriptors.has(20) else { throw .noDescriptor }
  var options = options
  options.wantsTrueColor = options.wantsTrueColor || settings.theme.hasTrueColor
  // A screen reader reads output line by line, and cannot follow a painted screen.
  let screen: any TerminalScreen = isPlain ? PlainScreen() : try NcursesScreen(options)
  defer { screen.close() }
  let mailbox = Mailbox<Message>()
  let turns = TerminalTurns()
  SharedTerminal.process.hold { body in await turns.lend(to: body) }
  let worker = Worker(session, mailbox: mailbox)
  var app = App(session, settings: settings, now: .now)
  app.state.isSlow = isSlow || isPlain
  return run(app, on: screen, worker: worker, mailbox: mailbox, turns: turns, settings: reload)
}

extension Settings {
  /// Loads the settings of the user of `environment` from the files of this computer.
  package static func load(_ environment: Environment) -> Settings {
    Configuration.load(environment: environment) { (path) throws(SystemError) in
      do throws(SystemError) {
        return try Files.text(path, limit: 1 << 20, takesPipes: false)
      } catch {
        if error.isMissing { return nil }
        throw error
      }
    }
  }
}
