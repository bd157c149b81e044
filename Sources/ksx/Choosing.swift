import Commands
import Console
import Glibc
import Platform
import Terminal

/// Lets the user choose a cluster, and restarts this program with arguments for it; returns only if it does not
/// restart.
func choose(_ choices: StartChoices) -> Int32 {
  let known = choices.known.map {
    StartChoice(Sentence(verbatim: $0.name), $0.remark, .open(choices.arguments + $0.arguments))
  }
  let others = [
    StartChoice("Log in at a gateway", "its address and a password are asked for", .login),
    StartChoice(
      "Standalone", "a private backend with a built-in marketplace, to try everything",
      .open(choices.arguments + ["--standalone"])),
  ]
  var start = StartScreen(known + others, reason: choices.reason, .load(.current))
  while true {
    do {
      switch try askForStart(&start) {
      case .leave: return 0
      case .open(let words): return become(words)
      case .login(let gateway, let user, let password):
        switch MainThread.wait(for: { await choices.logIn(gateway: gateway, user: user, password: password) }) {
        case .success(let words): return become(words)
        case .failure(let failure): start.showLoginFailure(failure.sentence)
        }
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
