import Extensions
import Operations

// The extensions for which the cluster already has what the file says.
extension ApplySet {
  /// Reports the state of the extensions `rest`, whose spec matches the file: their controllers may not have finished.
  ///
  /// With `seconds`, waits at most that long until none is in progress. Throws if one has failed, because applying the
  /// file changes nothing and so makes no controller try again.
  func settle(
    _ rest: [String], _ installed: Installations, waiting seconds: Int?, _ comparison: SetComparison,
    _ session: CommandSession
  ) async throws(CommandError) {
    var installed = installed
    func stillOpen(_ installations: Installations) -> [String] {
      rest.filter { WaitCondition.settled.outcome(installations.of($0)) == nil }
    }
    let open = stillOpen(installed)
    if let seconds, !open.isEmpty {
      installed = try await session.wait(
        for: open, until: .settled, comparison.reader.dialect, seconds: seconds, stillOpen)
    } else if !open.isEmpty {
      session.outlet.note("note: still under way: \(open.joined(separator: ", ")); --wait waits for that")
    }
    let failed = rest.compactMap { installed.of($0) }.filter { Self.status($0).state.isFailure }
    guard let first = failed.first else { return }
    let others = failed.count > 1 ? " (and \(failed.count - 1) more)" : ""
    throw CommandError(
      "\(first.extension) is \(Self.status(first).word)\(others): \(first.reason); the file asks for nothing else, "
        + "so nothing was sent: ksx retry \(failed.map(\.extension).joined(separator: " ")) has it tried again")
  }

  private static func status(_ installation: Installation) -> ExtensionStatus {
    ExtensionStatus(installation.extension, nil, installation)
  }
}
