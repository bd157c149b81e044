import Extensions
import Manifest
import Operations
import Platform

/// The plan of what is more than one change of one extension, as a user reads it, and as a program does.
struct DeedPlanText {
  var plan: DeedPlan
  var cluster: String

  /// What is shown before it is done, or instead.
  var lines: [String] {
    PlanText.lines("\(plan.title) in \(cluster)", plan.effects)
      + plan.problems.map { "  \($0.isBlocking ? "✗" : "!") \($0.text)" } + kubectl
  }

  /// With every check, as `ksx plan` shows it.
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
  /// As the first line of a plan says it.
  var words: String {
    switch self {
    case .nothingWouldChange: "nothing would change"
    case .wouldChange: "it would change"
    case .cannot: "it cannot be done"
    }
  }
}
