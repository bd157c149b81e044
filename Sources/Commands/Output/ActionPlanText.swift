import Extensions
import Manifest
import Operations
import Platform

/// A plan that is not a single change of one extension, for users and for programs.
struct ActionPlanText {
  var plan: ActionPlan
  var cluster: String

  /// The short form that is shown before it is carried out, or with `--dry-run`.
  var lines: [String] {
    PlanText.lines("\(plan.title) in \(cluster)", plan.effects)
      + plan.problems.map { "  \($0.isBlocking ? "✗" : "!") \($0.text)" } + kubectl
  }

  /// The form with all checks that `ksx plan` shows.
  var sheetLines: [String] {
    var lines = ["\(plan.title) in \(cluster): \(plan.verdict.words)"]
    if !plan.effects.isEmpty { lines += ["changes"] + PlanText.lines(plan.effects) }
    lines += ["checks"] + plan.checks.flatMap(PlanSheetText.lines)
    lines += plan.notes.map { "  ! \($0)" }
    return kubectl.isEmpty ? lines : lines + ["command"] + kubectl
  }

  private var kubectl: [String] {
    if !plan.kubectl.isEmpty { return ["  \(plan.kubectl)"] }
    return plan.kubectlAbsence.isEmpty ? [] : ["  no kubectl line: \(plan.kubectlAbsence)"]
  }

  var value: Value {
    [
      "change": .string(plan.verbs.first ?? ""), "extension": .string(plan.subject), "cluster": .string(cluster),
      "effects": PlanText.value(plan.effects), "problems": PlanText.value(plan.problems),
      "kubectl": .string(plan.kubectl),
      "verdict": .string(plan.verdict.rawValue), "checks": PlanSheetText.value(plan.checks),
      "comes": [], "goes": [], "stays": [], "needs": [], "neededBy": [],
    ]
  }
}

extension PlanSheet.Verdict {
  /// The verdict as the first line of a plan has it.
  var words: String {
    switch self {
    case .nothingWouldChange: "nothing would change"
    case .wouldChange: "it would change"
    case .cannot: "it cannot be done"
    }
  }
}
