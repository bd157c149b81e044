import Client
package import KubernetesAPI
package import Platform

/// What this user may do with the extensions of one cluster, as far as the cluster has said.
///
/// What has not been asked, or cannot be asked, counts as allowed.
package struct Rights: Hashable, Sendable {
  /// Who the cluster takes this user for, as far as that is known; else empty.
  package var user: String
  private var verdicts: [Access: Access.Verdict] = [:]

  package init(user: String = "") { self.user = user }

  /// What a console wants to know before anything is chosen: who may not do it to every object
  /// may still do it to one.
  package static func questions(in dialect: Dialect) -> [Access] {
    ["create", "patch", "delete", "list"].map { Access($0, dialect.installations) }
      + [dialect.extensions, dialect.extensionVersions].map { Access("list", $0) }
      + ["create", "patch", "delete", "list"].map { Access($0, dialect.repositories) }
  }

  /// Takes in what the cluster said.
  package mutating func learn(_ answers: [Access: Access.Verdict]) {
    verdicts.merge(answers) { $1 }
  }

  /// Nothing has been answered.
  package var isEmpty: Bool { verdicts.isEmpty }

  /// Whether the cluster has answered this very question.
  package func knows(_ access: Access) -> Bool { verdicts[access] != nil }

  /// Why not, as a sentence, when the cluster says no; about one object when it was asked about that one.
  package func reason(against access: Access) -> Sentence? {
    var general = access
    general.name = nil
    guard let verdict = verdicts[access] ?? verdicts[general], !verdict.isAllowed else { return nil }
    let who: Sentence = user.isEmpty ? "" : " (as \(user))"
    let why = Sentence(verbatim: verdict.reason.isEmpty ? "" : ": \(verdict.reason)")
    return "you may not \(access.verb) \(access.resource.qualifiedName)\(who)\(why)"
  }

  /// Whether this user may change no installation at all.
  package func isViewOnly(in dialect: Dialect) -> Bool {
    ["create", "patch", "delete"].allSatisfy { verdicts[Access($0, dialect.installations)]?.isAllowed == false }
  }
}

extension ChangeKind {
  /// What a change of this kind needs to be allowed, of an installation called `name` or of any.
  package func accesses(to name: String?, in dialect: Dialect) -> [Access] {
    // A name that is not there yet cannot be named in a role.
    row.accesses.map { Access($0, dialect.installations, name: $0 == "create" ? nil : name) }
  }
}
