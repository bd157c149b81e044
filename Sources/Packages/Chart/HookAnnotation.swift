import Platform

/// A time in the life of a release at which hooks run.
///
/// A rollback is an upgrade with an older chart, as KubeSphere does it, so `pre-rollback` and `post-rollback` hooks
/// never run.
package enum HookEvent: String, CaseIterable, Hashable, Sendable {
  case preInstall = "pre-install"
  case postInstall = "post-install"
  case preUpgrade = "pre-upgrade"
  case postUpgrade = "post-upgrade"
  case preDelete = "pre-delete"
  case postDelete = "post-delete"
}

/// The annotations that make a template a hook (helm 3.17, `pkg/releaseutil/manifest_sorter.go`).
package struct HookAnnotation: Hashable, Sendable {
  /// When a hook's object is deleted.
  package enum DeletePolicy: String, Hashable, Sendable {
    case beforeCreation = "before-hook-creation"
    case succeeded = "hook-succeeded"
    case failed = "hook-failed"
  }

  private let words: [String]

  /// Parses `helm.sh/hook`; an empty annotation has no events.
  package init(_ annotation: String) { words = Self.split(annotation) }

  /// Whether `helm test` runs it; helm 2 called it `test-success`.
  package var isTest: Bool { words.contains("test") || words.contains("test-success") }

  /// Whether it is also a hook for another event than a test.
  package var hasOtherEvents: Bool { words.contains { !$0.hasPrefix("test") && !$0.isEmpty } }

  /// Whether it names an event that helm does not know, so that helm leaves the object out.
  package var isUnknown: Bool { !words.allSatisfy(Self.known.contains) }

  private static let known = Set(
    HookEvent.allCases.map(\.rawValue) + ["pre-rollback", "post-rollback", "test", "test-success"])

  /// The events at which it runs.
  package var events: [HookEvent] { words.compactMap(HookEvent.init) }

  /// Parses `helm.sh/hook-delete-policy`; without one, an object is deleted before the next one of its name is created.
  package static func deletePolicies(_ annotation: String) -> Set<DeletePolicy> {
    annotation.isEmpty ? [.beforeCreation] : Set(split(annotation).compactMap(DeletePolicy.init))
  }

  private static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0).trimmed().lowercased() }
  }
}
