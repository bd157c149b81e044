import Client
import Extensions

/// Changes under way: sent by this console, and not finished by the cluster yet.
struct Operations: Hashable, Sendable {
  struct Operation: Hashable, Sendable {
    var change: Change
    /// The cluster took the write; until then the installation's state says nothing about it.
    var isAccepted = false
    /// The installation as it was before.
    var before: Installation?
  }

  private(set) var running: [String: Operation] = [:]

  var isEmpty: Bool { running.isEmpty }
  var names: [String] { running.keys.sorted() }
  subscript(name: String) -> Operation? { running[name] }

  mutating func begin(_ change: Change, on name: String, before: Installation?) {
    running[name] = Operation(change: change, before: before)
  }

  mutating func accepted(_ name: String) {
    running[name]?.isAccepted = true
  }

  mutating func abandon(_ name: String) {
    running[name] = nil
  }

  /// How the operations that have ended did, by what the watch says.
  mutating func settle(_ installations: Installations) -> [(name: String, change: Change, failure: String?)] {
    var ended: [(name: String, change: Change, failure: String?)] = []
    for (name, operation) in running.sorted(by: { $0.key < $1.key }) where operation.isAccepted {
      guard let outcome = operation.outcome(installations.of(name)) else { continue }
      ended.append((name, operation.change, outcome.failure))
      running[name] = nil
    }
    return ended
  }
}

extension Operations.Operation {
  /// How it ended, or `nil` while it goes on.
  fileprivate func outcome(_ installation: Installation?) -> (failure: String?, Void)? {
    if change.row.removes { return uninstalled(installation) }
    // A watch is behind the answer to the write for a moment.
    guard let installation, installation.resourceVersion != before?.resourceVersion, isWanted(by: installation) else {
      return nil
    }
    switch installation.settlement(since: before) {
    case .underWay: return nil
    case .settled: return (nil, ())
    case .failed(let reason): return (reason, ())
    }
  }

  private func uninstalled(_ installation: Installation?) -> (failure: String?, Void)? {
    guard let installation, installation.uid == before?.uid else { return (nil, ()) }
    guard installation.state == .uninstallFailed, installation.resourceVersion != before?.resourceVersion else {
      return nil
    }
    return (installation.message.isEmpty ? installation.state.word : installation.message, ())
  }

  /// The installation asks for what this operation asked for.
  private func isWanted(by installation: Installation) -> Bool {
    if let version = change.version, installation.version != version { return false }
    if change.kind == .configure, installation.config == before?.config { return false }
    if let clusters = change.clusters, installation.clusters != clusters { return false }
    return change.row.enables.map { installation.isEnabled == $0 } ?? true
  }
}
