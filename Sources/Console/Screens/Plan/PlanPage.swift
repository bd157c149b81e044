import Extensions
import Operations
import Terminal

/// A plan in lines.
struct PlanPage {
  let view: PlanScreen
  let state: ConsoleState

  init(_ view: PlanScreen, _ state: ConsoleState) {
    self.view = view
    self.state = state
  }

  private var width: Int { max(20, state.size.columns - 2) }

  var lines: [Line] {
    guard let plan = view.plan else { return [Line("The capabilities of this cluster are not known yet.", .dim)] }
    var lines: [Line] = []
    if let refusal = state.submissions[plan.name]?.refusal, state.submissions[plan.name]?.plan.change == plan.change {
      lines += Line(refusal, .statusError).wrapped(to: width, indent: 2)
    }
    lines += plan.problems.sorted { $0.isBlocking && !$1.isBlocking }.flatMap(problemLines)
    if !plan.isBlocked, !state.session.isReadOnly {
      let asked = state.dryRuns[plan.name].flatMap { $0.isOf(plan) ? $0 : nil } ?? DryRunResult(of: plan)
      lines += asked.line.wrapped(to: width, indent: 2)
    }
    if !lines.isEmpty { lines.append(.blank) }
    lines += plan.effects.flatMap(effectLines)
    if let absence = plan.kubectlAbsence {
      return lines + [.blank] + Line("No kubectl line: \(absence).", .dim).wrapped(to: width, indent: 2)
    }
    if plan.kubectl.isEmpty { return lines }
    lines += [.blank, Line("The same with kubectl:", .dim)]
    lines += Line("  " + plan.kubectl, .diffContext).wrapped(to: width, indent: 4)
    return lines
  }

  private func problemLines(_ problem: Plan.Problem) -> [Line] {
    let style: StyleName = problem.isBlocking ? .dialogDanger : .stateBusy
    return (Line(problem.isBlocking ? "Not possible: " : "Careful: ", style) + Line(problem.text))
      .wrapped(to: width, indent: 2)
  }

  private func effectLines(_ effect: Plan.Effect) -> [Line] {
    let (mark, style) = effect.sign.look
    return Line(mark + effect.text, style).wrapped(to: width, indent: 2)
  }
}
