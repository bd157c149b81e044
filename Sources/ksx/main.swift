import Commands
import Glibc

switch await Program.begin(Array(CommandLine.arguments.dropFirst())) {
case .leave(let status): exit(status)
case .openConsole(let destination, let shelf): exit(openConsole(at: destination, shelf: shelf))
}
