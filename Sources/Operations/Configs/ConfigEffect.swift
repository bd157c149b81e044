import Client
package import Extensions
import KubernetesAPI
import Manifest
package import Platform

/// Whether the config in an installation's spec is in effect, since when, and how many pods were restarted for it.
package struct ConfigEffect: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    /// `since` is empty if the cluster does not report the time.
    case inEffect(since: String)
    /// The controllers are applying it.
    case underWay(InstallationState, since: String)
    case failed(InstallationState)
    /// The controllers have not acted on it yet.
    case waiting
  }

  package let state: State
  /// How many pods were created since the release that applied the config was begun; `nil` if that is not known.
  package var restarted: Int?

  package init(_ installation: Installation) {
    let observed = installation.observed.state
    let since = installation.history.last { $0.state == observed }?.time ?? ""
    if observed == .installed {
      let isPending = installation.pending.contains { $0.english.containsText("config") }
      state = isPending ? .waiting : .inEffect(since: since)
    } else if observed.isFailure {
      state = .failed(observed)
    } else {
      state = observed == .none ? .waiting : .underWay(observed, since: since)
    }
  }

  /// When the release that applied the config was begun; pods created before that were not restarted for it.
  package static func beginning(_ installation: Installation) -> String? {
    guard let end = installation.history.lastIndex(where: { $0.state == .installed }) else { return nil }
    let before = installation.history[..<end].reversed().prefix { $0.state.isBusy }
    return before.last?.time ?? installation.history[end].time
  }

  /// How many of `pods` were created since `beginning`, without those of Jobs: helm's own, hooks and CronJobs.
  static func countCreated(_ pods: [Object], since beginning: Int) -> Int {
    pods.filter { pod in
      pod.labels["job-name"] == nil && !pod.owners.contains("Job")
    }.count { $0.creationTimestamp.flatMap(Timestamp.seconds).map { $0 >= beginning } ?? false }
  }

  /// Whether the last release is the first one.
  static func isOfFirstInstall(_ installation: Installation) -> Bool {
    guard let end = installation.history.lastIndex(where: { $0.state == .installed }) else { return false }
    return installation.history[..<end].reversed().prefix { $0.state.isBusy }.contains { $0.state == .installing }
  }

  /// `took effect 14 s ago; 1 pod restarted`, or why not yet.
  package func text(at now: Timestamp) -> Sentence {
    func ago(_ time: String) -> Sentence? {
      Timestamp.seconds(time).map { Self.words(max(0, now.secondsSince1970 - $0)) }
    }
    switch state {
    case .inEffect(let since):
      let effect: Sentence = ago(since).map { "took effect \($0) ago" } ?? "is in effect"
      switch restarted {
      case nil: return effect
      case 0?: return "\(effect); no pod restarted"
      case 1?: return "\(effect); 1 pod restarted"
      case let count?: return "\(effect); \(count) pods restarted"
      }
    case .underWay(let state, let since):
      let start: Sentence = "not in effect yet: \(state.name)"
      return ago(since).map { "\(start) for \($0)" } ?? start
    case .failed(let state): return "not in effect: \(state.name); what ran before still runs"
    case .waiting: return "not in effect yet: the controllers have not taken it up"
    }
  }
}

/// How many pods were created since the last release of an installation was begun.
package struct Restarts: Hashable, Sendable {
  /// When the release was begun, RFC 3339; `nil` if nothing was ever Installed.
  package var release: String?
  /// `nil` if they cannot be counted.
  package var pods: Int?

  package init(release: String?, pods: Int?) {
    self.release = release
    self.pods = pods
  }
}

extension ConfigEffect {
  fileprivate static func words(_ seconds: Int) -> Sentence {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min"
    case ..<86400: "\(seconds / 3600) h"
    default: "\(seconds / 86400) d"
    }
  }
}

extension Object {
  /// The kinds of what it belongs to.
  fileprivate var owners: [String] {
    (value[path: "metadata", "ownerReferences"]?.sequence ?? []).compactMap { $0["kind"]?.string }
  }
}

extension ClusterReader {
  /// The number of pods of `installation` that were created for its last release; `nil` if they cannot be listed, and
  /// for a first install, which restarts none.
  package func restartedPods(of installation: Installation) async -> Int? {
    guard let beginning = ConfigEffect.beginning(installation).flatMap(Timestamp.seconds),
      !installation.targetNamespace.isEmpty, !ConfigEffect.isOfFirstInstall(installation)
    else { return nil }
    let answer = await answer(within: Self.factTimeout) { () async throws(ClusterError) -> [Object] in
      try await cluster.list(.pods, namespace: installation.targetNamespace)
    }
    guard case .success(let pods) = answer else { return nil }
    return ConfigEffect.countCreated(pods, since: beginning)
  }
}
