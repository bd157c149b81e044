import Platform

/// The terminal on which credential plugins may prompt.
///
/// Plugins use it directly until a console calls `hold`; after that the console lends it to each plugin.
package final class SharedTerminal: Sendable {
  /// Runs a closure while a plugin may read from and write to the terminal.
  package typealias Loan = @Sendable (_ body: @Sendable () async -> Void) async -> Void

  /// The terminal of this process.
  package static let process = SharedTerminal()

  private let holder = Locked<Loan?>(nil)

  package init() {}

  /// After this call, plugins use the terminal only through `loan`.
  package func hold(_ loan: @escaping Loan) { holder.withLock { $0 = loan } }

  /// Whether a plugin that prompts interrupts a console's screen.
  var isHeld: Bool { holder.withLock { $0 != nil } }

  func lend(to body: @Sendable () async -> Void) async {
    guard let holder = holder.withLock({ $0 }) else { return await body() }
    await holder(body)
  }
}
