package import Extensions
package import KubernetesAPI
import Manifest

/// Who changes an object and why, as annotations record it.
///
/// They are part of the same write as the change, so that neither is stored without the other; later users of the
/// cluster see whom to ask.
package struct Author: Hashable, Sendable {
  /// `ada`; `ada as system:admin` if that account is shared; `ada as kubeconfig entry admin` if the cluster does not
  /// say whom it authenticated.
  package var name: String
  /// The reason that the user gave, or empty.
  package var reason: String

  package init(name: String, reason: String = "") {
    self.name = name
    self.reason = reason
  }

  /// The user of this computer, and the user that the cluster authenticated.
  package init(_ status: ClusterSession.Status, reason: String = "") {
    let names = [status.person, status.userText].filter { !$0.isEmpty }
    self.init(name: names.first == names.last ? names.first ?? "" : names.joined(separator: " as "), reason: reason)
  }
}

/// The annotations on an object about the last change that ksx made to it.
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

  /// Further annotations: what ran before.
  private var more = Mapping()

  /// A change by `author` at `time`, described in `words`.
  package init(author: Author, words: String, time: String) {
    self.author = author
    self.words = words
    self.time = time
  }

  /// Reads the annotations of `object`; `nil` if ksx has not changed it.
  package init?(_ object: Object) { self.init(object.annotations) }

  /// Reads the annotations of `installation`; `nil` if ksx has not changed it.
  package init?(_ installation: Installation) { self.init(installation.notes) }

  private init?(_ annotations: [String: String]) {
    guard let name = annotations[Self.byKey] else { return nil }
    author = Author(name: name, reason: annotations[Self.reasonKey] ?? "")
    words = annotations[Self.wordsKey] ?? ""
    time = annotations[Self.timeKey] ?? ""
  }

  /// The annotations.
  ///
  /// Without a reason its annotation is removed, so that an earlier reason is not taken for this one's.
  fileprivate var annotations: Mapping {
    let own: Mapping = [
      Self.byKey: .string(author.name), Self.reasonKey: author.reason.isEmpty ? .null : .string(author.reason),
      Self.wordsKey: .string(words), Self.timeKey: .string(time),
    ]
    return Mapping(own.pairs + more.pairs)
  }

  /// The same, which also records that `ran` was running when `wanted` was asked for.
  func noting(_ ran: PreviousRelease?, before wanted: String) -> Authorship {
    guard let ran else { return self }
    var authorship = self
    authorship.more = ran.annotations(wanted: wanted, at: time)
    return authorship
  }
}

extension Write {
  /// The same write with the annotations of `authorship`; a deletion stays as it is, because no object remains.
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
