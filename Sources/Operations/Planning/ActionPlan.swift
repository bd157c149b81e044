package import Extensions
package import KubernetesAPI
import Manifest
package import Platform

/// What a command would do that is not a single change of one extension: cancel an attempt, change a repository or a
/// set.
package struct ActionPlan: Hashable, Sendable {
  /// `Remove repository main`.
  package var title: String
  /// The verbs that guardrails may name: the command first, then the changes that it makes.
  package var verbs: [String]
  /// The extension or repository that it is about; empty for several.
  package var subject: String
  /// All extensions or repositories that it is about.
  package var names: [String]
  package var effects: [Plan.Effect]
  /// What the user must know before.
  package var notes: [Sentence] = []
  /// The rights that the user needs.
  package var accesses: [Access]
  /// The write that is sent, if it is a single one and known beforehand.
  package var write: Write?
  /// The same write as a kubectl command that can be run unchanged; empty if there is none.
  package private(set) var kubectl = ""
  /// Why `kubectl` is empty.
  package private(set) var kubectlAbsence: Sentence = ""
  /// Checks whose result the caller knows already.
  package var findings: [Plan.Check] = []
  /// The results of all checks; empty before `judge`.
  package private(set) var checks: [Plan.Check] = []

  package init(
    _ title: String, verbs: [String], subject: String = "", names: [String], effects: [Plan.Effect],
    notes: [Sentence] = [], accesses: [Access]
  ) {
    (self.title, self.verbs, self.subject, self.names) = (title, verbs, subject, names)
    (self.effects, self.notes, self.accesses) = (effects, notes, accesses)
  }

  /// Checks it against the user's rights and the verdict of the guardrails, if any apply.
  package mutating func judge(_ rights: Rights, _ guardVerdict: GuardVerdict?) {
    let known = accesses.contains(where: rights.knows)
    let reasons = Self.unique(accesses.compactMap(rights.reason))
    checks = [
      known || !reasons.isEmpty || accesses.isEmpty
        ? Plan.Check(.rights, failures: reasons)
        : Plan.Check(.rights, notMade: "the cluster has not said what you may do")
    ]
    if let guardVerdict { checks.append(Plan.Check(guardVerdict)) }
    checks += findings
  }

  /// Sets the kubectl command, with `flags` to reach the cluster, unless `absence` says why there is none.
  package mutating func show(kubectl flags: [String], _ absence: Sentence?) {
    (kubectl, kubectlAbsence) = ("", "")
    if let absence {
      kubectlAbsence = absence
    } else if let write {
      let line = write.kubectl(flags: flags)
      kubectl = write.hidesSecrets ? "" : line
      kubectlAbsence = write.hidesSecrets ? "what is sent holds a secret" : ""
    } else if !effects.isEmpty {
      kubectlAbsence = "it is more than one write, and each goes by what there is then"
    }
  }

  private static func unique(_ texts: [Sentence]) -> [Sentence] {
    texts.enumerated().filter { !texts[..<$0].contains($1) }.map(\.element)
  }

  /// Why it would be refused.
  package var failures: [Sentence] { checks.filter { $0.result == .failed }.flatMap(\.sentences) }

  /// The result of carrying it out.
  package var verdict: PlanSheet.Verdict {
    if !failures.isEmpty { return .cannot }
    return effects.isEmpty ? .nothingWouldChange : .wouldChange
  }

  /// What the user reads besides the effects: reasons against it, and notes.
  package var problems: [Plan.Problem] {
    failures.map { Plan.Problem(isBlocking: true, $0) } + notes.map { Plan.Problem(isBlocking: false, $0) }
  }
}

extension Write {
  /// Whether its body has values that must not be shown.
  fileprivate var hidesSecrets: Bool {
    switch self {
    case .create(_, let object): SecretKeys.masked(object.value) != object.value
    case .patch(_, _, _, let body): SecretKeys.masked(body) != body
    case .delete: false
    }
  }
}
