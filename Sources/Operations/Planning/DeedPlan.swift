package import Extensions
package import KubernetesAPI
import Manifest
package import Platform

/// What a command would do besides one change of one extension: to an attempt, a repository, or a whole set.
package struct DeedPlan: Hashable, Sendable {
  /// `Remove repository main`.
  package var title: String
  /// What guardrails may call it: the command first, and then the changes that it makes.
  package var verbs: [String]
  /// The extension or the repository that it is about; empty where it is about several.
  package var subject: String
  /// All that it is about.
  package var names: [String]
  package var effects: [Plan.Effect]
  /// What must be known before.
  package var notes: [Sentence] = []
  /// What the user must be allowed.
  package var accesses: [Access]
  /// All that is sent, where that is one write and known before.
  package var write: Write?
  /// The same as a kubectl command line, which runs as it stands; empty where there is none.
  package private(set) var kubectl = ""
  /// Why there is none.
  package private(set) var kubectlAbsence: Sentence = ""
  /// What is known already of whether it can be done.
  package var findings: [Plan.Check] = []
  /// What came of asking whether it can be done; nothing before it was judged.
  package private(set) var checks: [Plan.Check] = []

  package init(
    _ title: String, verbs: [String], subject: String = "", names: [String], effects: [Plan.Effect],
    notes: [Sentence] = [], accesses: [Access]
  ) {
    (self.title, self.verbs, self.subject, self.names) = (title, verbs, subject, names)
    (self.effects, self.notes, self.accesses) = (effects, notes, accesses)
  }

  /// Holds it against what the user may do, and against what the guardrails of this computer say, if any do.
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

  /// Says how kubectl would do it, with `flags` to reach the cluster, unless `absence` says why it cannot.
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

  /// What carrying it out would come to.
  package var verdict: PlanSheet.Verdict {
    if !failures.isEmpty { return .cannot }
    return effects.isEmpty ? .nothingWouldChange : .wouldChange
  }

  /// What a user reads besides its effects: what stands against it, and what must be known.
  package var problems: [Plan.Problem] {
    failures.map { Plan.Problem(isBlocking: true, $0) } + notes.map { Plan.Problem(isBlocking: false, $0) }
  }
}

extension Write {
  /// Its body has values that are not to be seen.
  fileprivate var hidesSecrets: Bool {
    switch self {
    case .create(_, let object): SecretKeys.masked(object.value) != object.value
    case .patch(_, _, _, let body): SecretKeys.masked(body) != body
    case .delete: false
    }
  }
}
