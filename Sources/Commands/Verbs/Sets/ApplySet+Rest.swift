import Client
import Extensions
import Operations

// The extensions for which the cluster already has what the file says.
extension ApplySet {
  /// Tells how `rest` stands, whose spec is as the file says: that is not the same as done.
  ///
  /// With `seconds`, waits at most so long until nothing is under way. Throws if one has failed: nothing that the file says
  /// would have it tried again.
  func settle(
    _ rest: [String], _ installed: Installations, waiting seconds: Int?, _ comparison: SetComparison,
    _ session: CommandSession
  ) async throws(CommandError) {
    var installed = installed
    let open = rest.filter { WaitCondition.settled.outcome(installed.of($0)) == nil }
    if let seconds, !open.isEmpty {
      installed = try await settled(open, seconds, comparison.reader, session)
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

  private func settled(
    _ names: [String], _ seconds: Int, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> Installations {
    var seen = Installations()
    for await news in session.installationNews(reader.dialect, seconds: seconds) {
      switch news {
      case .interrupted(let error):
        let problem = CommandError(error, "watching", at: session.server)
        if error.isForbidden { throw problem }
        session.outlet.note("ksx: " + problem.sentence)
      case .timedOut:
        let open = names.filter { WaitCondition.settled.outcome(seen.of($0)) == nil }
        let hint = CommandSession.hint(open.compactMap(seen.of))
        throw CommandError("not settled after \(seconds) s: \(open.joined(separator: ", "))\(hint)")
      case .now(let installations):
        seen = installations
        if names.allSatisfy({ WaitCondition.settled.outcome(seen.of($0)) != nil }) { return seen }
      }
    }
    return seen
  }
}
