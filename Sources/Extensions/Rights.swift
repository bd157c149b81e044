import Client
package import KubernetesAPI
package import Platform

/// The rights of this user on the extensions of one cluster, as far as the cluster has reported them.
///
/// An access counts as allowed if the cluster was not asked or cannot be asked.
package struct Rights: Hashable, Sendable {
  /// The name under which the cluster knows this user; empty if not known.
  package var user: String
  private var verdicts: [Access: Access.Verdict] = [:]

  package init(user: String = "") { self.user = user }

  /// The accesses that a console checks before an object is chosen: a user without the general right may
  /// still have it for one object.
  package static func questions(in dialect: Dialect) -> [Access] {
    ["create", "patch", "delete", "list"].map { Access($0, dialect.installations) }
      + [dialect.extensions, dialect.extensionVersions].map { Access("list", $0) }
      + ["create", "patch", "delete", "list"].map { Access($0, dialect.repositories) }
  }

  /// Adds verdicts of the cluster.
  package mutating func learn(_ answers: [Access: Access.Verdict]) {
    verdicts.merge(answers) { $1 }
  }

  /// Whether there are no verdicts.
  package var isEmpty: Bool { verdicts.isEmpty }

  /// Whether there is a verdict on exactly this access.
  package func knows(_ access: Access) -> Bool { verdicts[access] != nil }

  /// Why the cluster denies `access`; `nil` if it does not.
  ///
  /// A verdict on the named object takes precedence over the general one.
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
  /// The accesses that a change of this kind needs, for the installation called `name` or for any.
  package func accesses(to name: String?, in dialect: Dialect) -> [Access] {
    // RBAC cannot restrict `create` by name.
    row.accesses.map { Access($0, dialect.installations, name: $0 == "create" ? nil : name) }
  }
}
