package import Extensions
package import KubernetesAPI
import Manifest

/// Who changes a cluster and why, as the objects that are changed are told.
///
/// It goes with the change in one write, so that neither can be there without the other; the cluster keeps it, and who
/// comes after finds out whom to ask.
package struct Author: Hashable, Sendable {
  /// `ada`, or `ada as system:admin` where an account is shared; `ada as kubeconfig entry admin` where the cluster does not
  /// say whom it takes her for.
  package var name: String
  /// What the user gave as a reason, or empty.
  package var reason: String

  package init(name: String, reason: String = "") {
    self.name = name
    self.reason = reason
  }

  /// The user of this computer, and who the cluster takes them for.
  package init(_ status: ClusterSession.Status, reason: String = "") {
    let names = [status.person, status.userText].filter { !$0.isEmpty }
    self.init(name: names.first == names.last ? names.first ?? "" : names.joined(separator: " as "), reason: reason)
  }
}

/// What stands on an object of the last change that ksx made to it.
package struct Authorship: Hashable, Sendable {
  package var author: Author
  /// `upgrade to 1.1.0`.
  package var words: String
  /// RFC 3339.
  package var time: String

  private static let byKey = "ksx.dev/changed-by"
  private static let reasonKey = "ksx.dev/reason"
  private static let wordsKey = "ksx.dev/change"
  private static let timeKey = "ksx.dev/changed-at"

  /// What is noted besides: what ran before.
  private var more = Mapping()

  /// What `author` did at `time`, in `words`.
  package init(author: Author, words: String, time: String) {
    self.author = author
    self.words = words
    self.time = time
  }

  /// Reads what stands on `object`, or `nil` where ksx has not changed it.
  package init?(_ object: Object) { self.init(object.annotations) }

  /// Reads what stands on `installation`, or `nil` where ksx has not changed it.
  package init?(_ installation: Installation) { self.init(installation.notes) }

  private init?(_ annotations: [String: String]) {
    guard let name = annotations[Self.byKey] else { return nil }
    author = Author(name: name, reason: annotations[Self.reasonKey] ?? "")
    words = annotations[Self.wordsKey] ?? ""
    time = annotations[Self.timeKey] ?? ""
  }

  /// The annotations, with nothing for a reason that was not given: an earlier one must not stand there as this one's.
  fileprivate var annotations: Mapping {
    let own: Mapping = [
      Self.byKey: .string(author.name), Self.reasonKey: author.reason.isEmpty ? .null : .string(author.reason),
      Self.wordsKey: .string(words), Self.timeKey: .string(time),
    ]
    return Mapping(own.pairs + more.pairs)
  }

  /// The same, which also tells that `ran` did when `wanted` was asked for.
  func noting(_ ran: RanBefore?, before wanted: String) -> Authorship {
    guard let ran else { return self }
    var authorship = self
    authorship.more = ran.annotations(wanted: wanted, at: time)
    return authorship
  }
}

extension Write {
  /// The same write, which says who makes it; a deletion leaves nothing to say it on.
  package func signed(_ authorship: Authorship) -> Write {
    switch self {
    case .create(let resource, let object):
      let annotations = authorship.annotations.pairs.filter { $0.value != .null }
      let own = object.value[path: "metadata", "annotations"]?.mapping?.pairs ?? []
      let value = object.value.setting(["metadata", "annotations"], to: .mapping(Mapping(own + annotations)))
      return .create(resource, Object(value))
    case .patch(let resource, let namespace, let name, let patch):
      let own = patch[path: "metadata", "annotations"]?.mapping?.pairs ?? []
      let all = Value.mapping(Mapping(own + authorship.annotations.pairs))
      return .patch(resource, namespace: namespace, name: name, patch.setting(["metadata", "annotations"], to: all))
    case .delete: return self
    }
  }
}
