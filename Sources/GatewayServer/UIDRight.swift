import Client
import KubernetesAPI
import Manifest
import Platform

/// Whether the gateway's own user may impersonate UIDs, which Kubernetes supports since 1.22.
///
/// The API server refuses a request with a UID from a user without this right, and roles that were written for an older
/// gateway do not grant it. So an access review is sent first; without the right, requests contain no UID, which is
/// reported.
final class UIDRight: Sendable {
  private static let lifetime = Duration.seconds(60)
  private static let reviews = Resource(
    group: "authorization.k8s.io", version: "v1", plural: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview")

  private struct State {
    var isHeld = false
    var asked: Duration?
    var isReported = false
  }

  private let cluster: Cluster
  private let report: @Sendable (String) -> Void
  private let state = Locked(State())

  init(in cluster: Cluster, report: @escaping @Sendable (String) -> Void) {
    self.cluster = cluster
    self.report = report
  }

  /// The result of the review, which is sent at most once a minute.
  func isHeld() async -> Bool {
    let now = cluster.timing.now()
    let (isHeld, asked) = state.withLock { ($0.isHeld, $0.asked) }
    if let asked, now - asked < Self.lifetime { return isHeld }
    let attributes: Value = ["verb": "impersonate", "group": "authentication.k8s.io", "resource": "uids"]
    let review = Object([
      "apiVersion": .string(Self.reviews.apiVersion), "kind": .string(Self.reviews.kind),
      "spec": ["resourceAttributes": attributes],
    ])
    // If the review fails, the next request tries it again.
    guard let answer = try? await cluster.createReview(Self.reviews, review) else { return false }
    let isAllowed = answer.status["allowed"]?.bool == true
    let isFirst = state.withLock { state in
      defer { state = State(isHeld: isAllowed, asked: now, isReported: !isAllowed) }
      return !isAllowed && !state.isReported
    }
    if isFirst {
      report("the gateway may not impersonate uids.authentication.k8s.io: the API server is not told callers' UIDs")
    }
    return isAllowed
  }
}
