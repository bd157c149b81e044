import Commands
import Console
import Glibc
import Platform
import Terminal

/// Lets the user choose a cluster, and restarts this program with arguments for it; returns only if it does not restart.
func choose(_ beginning: Beginning) -> Int32 {
  let known = beginning.known.map {
    StartChoice(Sentence(verbatim: $0.name), $0.remark, .open(beginning.arguments + $0.arguments))
  }
  let others = [
    StartChoice("Log in at a gateway", "its address and a password are asked for", .login),
    StartChoice(
      "Standalone", "a private backend with a built-in marketplace, to try everything",
      .open(beginning.arguments + ["--standalone"])),
  ]
  do {
    switch try askForStart(known + others, reason: beginning.reason, settings: .load(.current)) {
    case .leave: return 0
    case .open(let words): return become(words)
    case .login(let gateway, let user):
      let lines = beginning.login(gateway: gateway, user: user)
      let status = run(lines.login)
      return status == 0 ? become(lines.open) : status
    }
  } catch {
    return Program.fail(error.description)
  }
}

private let program = "/proc/self/exe"

/// Replaces this process with `ksx` and `words` as its arguments; returns only if that fails.
private func become(_ words: [String]) -> Int32 {
  var arguments = (["ksx"] + words).map { strdup($0) } + [nil]
  execv(program, &arguments)
  return Program.fail("\(program) could not be started: \(String(cString: strerror(errno)))")
}

/// Runs `ksx` with `words` as its arguments on this terminal, and returns its exit status.
private func run(_ words: [String]) -> Int32 {
  var arguments = (["ksx"] + words).map { strdup($0) } + [nil]
  var child: pid_t = 0
  guard posix_spawn(&child, program, nil, nil, &arguments, environ) == 0 else {
    return Program.fail("\(program) could not be started")
  }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0, errno == EINTR {}
  return status & 0x7F == 0 ? status >> 8 & 0xFF : 1
}
