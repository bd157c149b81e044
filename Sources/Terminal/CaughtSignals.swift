import CTerminal
import Glibc

/// The signals that the process has caught, as keys for a screen.
///
/// Used only by the screen that owns it.
struct CaughtSignals {
  /// Becomes readable when a signal arrives; negative if no signals are caught.
  let descriptor: Int32
  /// The signal that ends the program; `nil` until it arrives.
  private(set) var ending: Int32?
  /// Whether another process asked the program to stop (SIGTSTP).
  private var mustStop = false

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Signals since the last call; several resizes count as one.
  ///
  /// With `isTerminal`, a program that was continued without having the terminal stops again.
  mutating func take(isTerminal: Bool = false) -> [Key] {
    var numbers = numbers()
    // The shell that continued the process may have changed the terminal.
    let isResized = numbers.remove(SIGWINCH) != nil
    let isContinued = numbers.remove(SIGCONT) != nil
    if numbers.remove(SIGTSTP) != nil { mustStop = true }
    if isContinued, isTerminal { ksx_stop_in_background() }
    return (isResized || isContinued ? [.resized] : []) + ended(by: numbers)
  }

  /// Whether the program was asked to stop since the last call.
  mutating func takeStop() -> Bool {
    defer { mustStop = false }
    return mustStop
  }

  /// Discards signals that were meant for another program in the foreground, such as a ctrl-c.
  mutating func forgetInterrupts() -> [Key] {
    ended(by: numbers().subtracting([SIGINT, SIGQUIT, SIGWINCH, SIGCONT, SIGTSTP]))
  }

  private mutating func ended(by numbers: Set<Int32>) -> [Key] {
    ending = ending ?? numbers.min()
    return numbers.isEmpty ? [] : [.closed]
  }

  private func numbers() -> Set<Int32> {
    guard descriptor >= 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 64)
    var numbers: Set<Int32> = []
    while case let count = Glibc.read(descriptor, &bytes, bytes.count), count > 0 {
      numbers.formUnion(bytes[..<count].map { Int32($0) })
    }
    return numbers
  }
}
