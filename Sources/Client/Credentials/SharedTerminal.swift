import Platform

/// The terminal, as far as credential plugins may ask on it.
///
/// It is free until something is shown on it all the time; from then on its holder lends it.
package final class SharedTerminal: Sendable {
  /// Runs a closure while a plugin may read from and write to the terminal.
  package typealias Loan = @Sendable (_ body: @Sendable () async -> Void) async -> Void

  /// That of this process.
  package static let process = SharedTerminal()

  private let holder = Locked<Loan?>(nil)

  package init() {}

  /// From now on the terminal is used through `loan` only.
  package func hold(_ loan: @escaping Loan) { holder.withLock { $0 = loan } }

  /// Whether a plugin that asks interrupts what is shown.
  var isHeld: Bool { holder.withLock { $0 != nil } }

  func lend(to body: @Sendable () async -> Void) async {
    guard let holder = holder.withLock({ $0 }) else { return await body() }
    await holder(body)
  }
}
