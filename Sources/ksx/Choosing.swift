import Commands
import Console
import Glibc
import Platform
import Terminal

/// Lets the user choose a cluster, and restarts this program with arguments for it; returns only if it does not
/// restart.
func choose(_ beginning: StartChoices) -> Int32 {
  let known = beginning.known.map {
    StartChoice(Sentence(verbatim: $0.name), $0.remark, .open(beginning.arguments + $0.arguments))
  }
  let others = [
    StartChoice("Log in at a gateway", "its address and a password are asked for", .login),
    StartChoice(
      "Standalone", "a private backend with a built-in marketplace, to try everything",
      .open(beginning.arguments + ["--standalone"])),
  ]
  var start = StartScreen(known + others, reason: beginning.reason, .load(.current))
  while true {
    do {
      switch try askForStart(&start) {
      case .leave: return 0
      case .open(let words): return become(words)
      case .login(let gateway, let user, let password):
        let lines = beginning.login(gateway: gateway, user: user)
        let reason = MainThread.wait { await logIn(lines.login, password) }
        guard let reason else { return become(lines.open) }
        start.refuse(reason)
      }
    } catch {
      return Program.fail(error.description)
    }
  }
}

private let program = "/proc/self/exe"

/// Replaces this process with `ksx` and `words` as its arguments; returns only if that fails.
private func become(_ words: [String]) -> Int32 {
  var arguments = (["ksx"] + words).map { strdup($0) } + [nil]
  execv(program, &arguments)
  return Program.fail("\(program) could not be started: \(String(cString: strerror(errno)))")
}

/// Runs `ksx` with `words` as its arguments, which log in with `password`, and returns why that failed; `nil` if it did
/// not.
private func logIn(_ words: [String], _ password: String) async -> String? {
  var login = ChildProcess([program] + words)
  login.input = Array(password.utf8)
  do throws(SystemError) {
    let outcome = try await login.run()
    let last = outcome.errorText.split(separator: "\n").last.map(String.init) ?? "ksx login failed"
    return outcome.hasSucceeded ? nil : last.hasPrefix("ksx: ") ? String(last.dropFirst("ksx: ".count)) : last
  } catch {
    return error.description
  }
}
