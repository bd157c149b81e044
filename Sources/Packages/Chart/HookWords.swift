import Platform

/// A moment in the life of a release at which hooks are run.
///
/// A way back is an upgrade with an older chart, as KubeSphere does it, so what a chart has for `pre-rollback` and
/// `post-rollback` has no moment.
package enum HookEvent: String, CaseIterable, Hashable, Sendable {
  case preInstall = "pre-install"
  case postInstall = "post-install"
  case preUpgrade = "pre-upgrade"
  case postUpgrade = "post-upgrade"
  case preDelete = "pre-delete"
  case postDelete = "post-delete"
}

/// What a template's annotations say of it as a hook (helm 3.17, `pkg/releaseutil/manifest_sorter.go`).
package struct HookWords: Hashable, Sendable {
  /// When a hook's object is deleted.
  package enum DeletePolicy: String, Hashable, Sendable {
    case beforeCreation = "before-hook-creation"
    case succeeded = "hook-succeeded"
    case failed = "hook-failed"
  }

  private let words: [String]

  /// Reads `helm.sh/hook`; empty where there is none.
  package init(_ annotation: String) { words = Self.split(annotation) }

  /// Whether it is run by `helm test`; helm 2 called it `test-success`.
  package var isTest: Bool { words.contains("test") || words.contains("test-success") }

  /// Whether it is run with something else.
  package var isMore: Bool { words.contains { !$0.hasPrefix("test") && !$0.isEmpty } }

  /// Whether helm knows no moment of that name, and so leaves the object out altogether.
  package var isUnknown: Bool { !words.allSatisfy(Self.known.contains) }

  private static let known = Set(
    HookEvent.allCases.map(\.rawValue) + ["pre-rollback", "post-rollback", "test", "test-success"])

  /// When it is run.
  package var events: [HookEvent] { words.compactMap(HookEvent.init) }

  /// What `helm.sh/hook-delete-policy` says; without it an object makes way for the next of its name.
  package static func deletePolicies(_ annotation: String) -> Set<DeletePolicy> {
    annotation.isEmpty ? [.beforeCreation] : Set(split(annotation).compactMap(DeletePolicy.init))
  }

  private static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0).trimmed().lowercased() }
  }
}
