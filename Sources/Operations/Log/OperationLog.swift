package import Client
package import Extensions
package import KubernetesAPI
import Manifest
import Platform

/// The log of a standalone backend's controllers about an installation.
///
/// They run no Jobs; they write a log of their own. If that cannot be read, the status still has some information.
package struct OperationLog: Hashable, Sendable {
  package struct Line: Hashable, Sendable {
    /// RFC 3339.
    package var time: String
    package var text: String
  }

  /// Lines grouped by operation, the newest operation last.
  package private(set) var operations: [[Line]] = []

  /// Parses the controllers' log: each line begins with its time, and each operation with a line about its revision.
  package init(text: String) {
    var masking = MaskedLog()
    for line in text.lines where !line.isEmpty {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      let said = Line(time: parts[0], text: parts.count > 1 ? masking.masked(parts[1]) : "")
      if said.text.hasPrefix(Self.revision) || operations.isEmpty { operations.append([]) }
      operations[operations.count - 1].append(said)
    }
  }

  /// The beginning of the first line of an operation.
  private static let revision = "--- revision "

  /// The lines after `last`, or all lines of the newest operation if `last` is `nil` or no longer there.
  package func lines(after last: Line?) -> [Line] {
    let all = operations.flatMap(\.self)
    guard let last, let index = all.lastIndex(of: last) else { return operations.last ?? [] }
    return Array(all[(index + 1)...])
  }

  /// Reads the status of an installation; with the subscription dialect it has no history of states, but conditions.
  package init(_ object: Object) {
    // Newest first, one of each type (docs/KUBESPHERE.md: Reconciling).
    let conditions = (object.status["conditions"]?.sequence ?? []).map(Condition.init).reversed()
    let history = Installation(object).history
    var steps = history.map { Step(state: $0.state, time: $0.time) }
    if steps.isEmpty { steps = conditions.map { Step(state: $0.state, time: $0.time) } }
    for condition in conditions {
      let indices = steps.indices.filter { steps[$0].state == condition.state }
      let index = indices.last { steps[$0].time == condition.time } ?? indices.last
      if let index { steps[index].reason = condition.message }
    }
    for step in steps { add(step) }
  }

  private struct Step {
    var state: InstallationState
    var time: String
    var reason = ""
  }

  private mutating func add(_ step: Step) {
    let last = operations.last?.last?.text ?? ""
    // An installation that was abandoned returns by Preparing again.
    let begins = step.state == .preparing || (step.state == .uninstalling && !last.hasPrefix(step.state.word))
    if begins || operations.isEmpty { operations.append([]) }
    let text = [step.state.word, step.reason].filter { !$0.isEmpty }.joined(separator: ": ")
    operations[operations.count - 1].append(Line(time: step.time, text: text))
  }

  private struct Condition {
    let time: String
    let message: String
    /// The state that the condition reports.
    let state: InstallationState

    init(_ value: Value) {
      time = value["lastTransitionTime"]?.string ?? ""
      message = CredentialText.removed(from: value["message"]?.string ?? "")
      let isTrue = value["status"]?.string == "True"
      if value["type"]?.string == "Initialized" {
        state = .preparing
      } else {
        state = isTrue ? .installed : InstallationState(value["reason"]?.string ?? "")
      }
    }
  }
}

extension ClusterReader {
  /// Reads what the controllers of a standalone backend report about `installation`: their log, else its status.
  package func operationLog(of installation: Installation) async throws(ClusterError) -> OperationLog {
    do throws(ClusterError) {
      let name = Installation.logName(of: installation.name)
      let map = try await cluster.get(.configMaps, namespace: installation.targetNamespace, name)
      return OperationLog(map: map)
    } catch {
      guard error.isNotFound || error.isForbidden else { throw error }
      return OperationLog(try await cluster.get(dialect.installations, installation.name))
    }
  }
}

extension ClusterReader {
  /// Reads the logs of its agents, by member cluster; agents without a log, or whose log may not be read, are left out.
  package func agentLogs(
    of installation: Installation
  ) async throws(ClusterError) -> [(cluster: String, log: OperationLog)] {
    var logs: [(cluster: String, log: OperationLog)] = []
    for agent in installation.agents.keys.sorted() {
      let name = Installation.logName(of: installation.name, agentIn: agent)
      do throws(ClusterError) {
        let map = try await cluster.get(.configMaps, namespace: installation.targetNamespace, name)
        logs.append((agent, OperationLog(map: map)))
      } catch {
        guard error.isNotFound || error.isForbidden else { throw error }
      }
    }
    return logs
  }
}

extension OperationLog {
  /// Reads the log from its ConfigMap.
  package init(map: Object) { self.init(text: map.value[path: "data", Installation.logKey]?.string ?? "") }
}
