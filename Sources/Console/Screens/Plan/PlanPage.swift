import Extensions
import Manifest
import Operations
import Platform
import Terminal

/// Lays out plans in lines: what is against them, the changes, what is added and removed, the consequences, the checks
/// and the command.
struct PlanPage: Sendable {
  /// Everything that determines the lines, except for the sheet, which follows from it.
  struct Contents: Hashable, Sendable {
    var plans: [Plan]
    var hasEvidence: Bool
    var dryRun: DryRun?
    var isReadOnly: Bool
    var refusal: String?
    /// What stands above the plan already, and need not be said again within it.
    var said: String?
    var columns: Int
    /// Whether there are few rows and the plan is destructive, so that its consequences come first.
    var isLow: Bool
    var isRevealed: Bool
    var words = Language(name: "en")
  }

  let contents: Contents
  let lines: [Line]
  /// Equal whenever the effects that the user agrees to are equal.
  let digest: String

  init(_ contents: Contents, _ sheet: PlanSheet?) {
    self.contents = contents
    let writer = PlanWriter(contents: contents, sheet: sheet)
    lines = writer.lines
    var hasher = Hasher()
    for plan in contents.plans { hasher.combine(plan.effects) }
    digest = String(hasher.finalize())
  }
}

/// Writes the sections of a plan.
private struct PlanWriter {
  let contents: PlanPage.Contents
  let sheet: PlanSheet?

  private var width: Int { contents.columns }
  private var words: Language { contents.words }
  private var isBlocked: Bool { contents.plans.contains(where: \.isBlocked) }

  var lines: [Line] {
    let consequences = [comesAndGoes, meaning]
    let rest = contents.isLow ? consequences + [objections, changes] : [objections, changes] + consequences
    return Array((rest + [checks, command]).filter { !$0.isEmpty }.joined(separator: [.blank]))
  }

  /// `sentence` in the user's language, without what stands above the plan already.
  private func told(_ sentence: Sentence) -> String { told(words(sentence)) }

  private func told(_ text: String) -> String {
    guard let said = contents.said, let first = said.first else { return text }
    let reason = said.last == "." ? String(said.dropLast()) : said
    let forms = [reason, first.lowercased() + reason.dropFirst()]
    return forms.reduce(text) { $0.replacingText($1, with: words("there is no connection")) }
  }

  /// Dims the lines below the reasons of a blocked plan, because they will not happen.
  private func shaded(_ lines: [Line]) -> [Line] {
    isBlocked ? lines.map { Line($0.text, .dim) } : lines
  }

  private var objections: [Line] {
    var lines = contents.refusal.map { Line(told($0), .statusError).wrapped(to: width, indent: 2) } ?? []
    let problems = contents.plans.flatMap(\.problems)
    lines += problems.filter(\.isBlocking).flatMap {
      reason(words("Not possible: "), .dialogDanger, told($0.sentence))
    }
    lines += problems.filter { !$0.isBlocking }.flatMap { reason(words("Careful: "), .stateBusy, told($0.sentence)) }
    lines += remedies.flatMap { Line("  " + $0, .accent).wrapped(to: width, indent: 4) }
    if contents.refusal == nil, case .unavailable(let sentence)? = contents.dryRun?.answer {
      lines += Line(told(sentence), .stateBusy).wrapped(to: width, indent: 2)
    }
    return lines + findings(besides: Set(problems.map(\.sentence)))
  }

  private func reason(_ mark: String, _ style: StyleName, _ text: String) -> [Line] {
    (Line(mark, style) + Line(text)).wrapped(to: width, indent: 2)
  }

  /// The findings of checks that the plan itself does not contain.
  private func findings(besides said: Set<Sentence>) -> [Line] {
    (sheet?.checks ?? []).flatMap { check -> [Line] in
      guard check.result == .failed || check.result == .warned else { return [] }
      let isFailure = check.result == .failed
      return check.sentences.filter { !said.contains($0) }.map { told($0) }.flatMap {
        isFailure && check.subject == .dryRun
          ? Line($0, .dialogDanger).wrapped(to: width, indent: 2)
          : reason(
            isFailure ? words("It would fail: ") : words("Careful: "), isFailure ? .dialogDanger : .stateBusy, $0)
      }
    }
  }

  private var remedies: [String] {
    (sheet?.needs ?? []).filter { !$0.isMet }.map { need in
      switch need.remedy {
      case .install(let version) where !version.isEmpty:
        words("{0} {1} is offered: + puts it first", need.name, version)
      case .install: words("{0} is offered in no version that would do", need.name)
      case .look: words("{0} is there, but not as it is needed: its own page says how it stands", need.name)
      case .notOffered, .none: words("{0} is in no repository here: :repositories", need.name)
      }
    }
  }

  private var changes: [Line] {
    var lines: [Line] = []
    for (index, plan) in contents.plans.enumerated() {
      if contents.plans.count > 1 {
        lines.append(Line("\(index + 1). \(words(plan.change.title(plan.name)))", .title))
      }
      lines += plan.effects.filter { $0.part == .changes }.flatMap(effect)
    }
    return shaded(lines + values)
  }

  private func effect(_ effect: Plan.Effect) -> [Line] {
    let (mark, style) = effect.sign.look
    let text = contents.isRevealed ? effect.unmaskedText ?? words(effect.sentence) : words(effect.sentence)
    let line = Line(mark + text, style)
    // Most lines are short, and a config can have thousands.
    return text.utf8.count + 2 <= width ? [line] : line.wrapped(to: width, indent: 2)
  }

  private static let valueLimit = 12

  /// The values that override those of the chart, and their origins.
  private var values: [Line] {
    guard let values = sheet?.values, !values.overridden.isEmpty else { return [] }
    let keys = min(28, values.overridden.prefix(Self.valueLimit).map(\.key.columns).max() ?? 0)
    let rows = values.overridden.prefix(Self.valueLimit).map { entry in
      let value = contents.isRevealed ? entry.value : entry.shown
      return Line("  \(entry.key.fitted(to: keys))  ", .dim)
        + Line(value.brief.truncated(to: max(8, width - keys - 18)) + "  ") + Line(words.origin(entry.origin), .dim)
    }
    let more = values.overridden.count - rows.count
    let others = values.entries.count - values.overridden.count
    let title = Line(words("Values in effect, besides {0} of the chart's own:", "\(others)"), .dim)
    return [title] + rows
      + (more > 0 ? [Line("  " + words("… {0} more: the Config page shows all", "\(more)"), .dim)] : [])
  }

  private var comesAndGoes: [Line] {
    let own = contents.plans.flatMap { $0.effects.filter { $0.part == .comesAndGoes } }
    let comes = (sheet?.comes ?? []).map { Plan.Effect(.added, $0) }
    let goes = (sheet?.goes ?? []).map { Plan.Effect(.removed, $0) }
    return shaded((own + comes + goes).flatMap(effect))
  }

  private var meaning: [Line] {
    let own = contents.plans.flatMap { $0.effects.filter { $0.part == .meaning } }.flatMap(effect)
    let stays = (sheet?.stays ?? []).flatMap {
      Line("  " + words("stays: {0}", words($0))).wrapped(to: width, indent: 4)
    }
    return shaded(own + stays)
  }

  private var checks: [Line] {
    guard let checks = sheet?.checks, !isBlocked || !checks.isEmpty else { return [] }
    let passed = checks.filter { $0.result == .passed }.map { words($0.subject.question) }
    var lines: [Line] = []
    if !passed.isEmpty {
      lines += (Line("✓ ", .statusOK) + Line(words("checked: {0}", words.list(passed)), .dim))
        .wrapped(to: width, indent: 2)
    }
    for check in checks where check.result == .failed || check.result == .warned {
      let isFailure = check.result == .failed
      lines +=
        (Line(isFailure ? "✗ " : "! ", isFailure ? .dialogDanger : .stateBusy)
        + Line(words("not so: {0}", words(check.subject.question)), .dim))
        .wrapped(to: width, indent: 2)
    }
    let isShownAbove = if case .unavailable? = contents.dryRun?.answer { true } else { false }
    let open = checks.filter { $0.result == .notMade && !(isShownAbove && $0.subject == .dryRun) }
      .map { words.text(words($0.subject.question), remark: told($0.sentences.joined(separator: "; "))) }
    if !open.isEmpty {
      lines += Line("· " + words("not checked: {0}", words.list(open)), .dim).wrapped(to: width, indent: 2)
    }
    return shaded(lines)
  }

  private var command: [Line] {
    if isBlocked { return [] }
    if let absence = contents.plans.last?.kubectlAbsence {
      return Line(words("No kubectl line: {0}.", words(absence)), .dim).wrapped(to: width, indent: 2)
    }
    let commands = contents.plans.filter { !$0.kubectl.isEmpty }.map(command)
    if commands.isEmpty { return [] }
    let files = commands.compactMap(\.file).joined(separator: ", ")
    let title = files.isEmpty ? words("The same with kubectl:") : words("The same with kubectl; w writes {0}:", files)
    return Line(title, .dim).wrapped(to: width, indent: 2)
      + commands.flatMap { Shell.lines($0.line, columns: width) }.flatMap(row)
  }

  /// The complete kubectl command if each of its words fits on the screen, otherwise the one that reads a file.
  private func command(_ plan: Plan) -> (line: String, file: String?) {
    let isWhole = Shell.lines(plan.kubectlLine, columns: width).allSatisfy { $0.count <= width }
    return isWhole ? (plan.kubectlLine, plan.neededFile?.name) : (plan.kubectl, plan.kubectlFile?.name)
  }

  /// Continues a word that is longer than the screen in the next row, without inserting a space.
  private func row(_ text: String) -> [Line] {
    var (rows, rest): ([Line], Substring) = ([], text[...])
    while rest.count > width {
      rows.append(Line(String(rest.prefix(width)), .diffContext))
      rest = rest.dropFirst(width)
    }
    return rows + [Line(String(rest), .diffContext)]
  }
}
