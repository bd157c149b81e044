import Extensions
import Manifest
import Operations
import Platform

/// A plan with everything that is known about it, for users and for programs.
struct PlanSheetText {
  var sheet: PlanSheet
  var cluster: String
  /// Whether the chart's own values are shown too.
  var isWide = false

  var text: PlanText { PlanText(plan: sheet.plan, cluster: cluster) }

  var lines: [String] {
    let text = text
    var lines = ["\(text.title): \(sheet.verdict.words)"]
    lines += section("changes", text.effects)
    lines += section(valuesTitle, valueLines)
    lines += section("checks", sheet.checks.flatMap(Self.lines))
    lines += section("comes", sheet.comes.map { "  + \($0)" })
    lines += section("goes", sheet.goes.map { "  - \($0)" })
    lines += section("stays", sheet.stays.map { "    \($0)" })
    lines += section("needs", sheet.needs.map(needLine))
    lines += section("needed by", sheet.neededBy.map { "    \($0)" })
    return lines + section("command", text.kubectl)
  }

  private func section(_ title: String, _ lines: [String]) -> [String] { lines.isEmpty ? [] : [title] + lines }

  private var valuesTitle: String {
    guard let values = sheet.values else { return "" }
    let others = values.entries.count - values.overridden.count
    return "values, besides \(others) of the chart's own" + (isWide || others == 0 ? "" : " (-o wide)")
  }

  private var valueLines: [String] {
    let entries = (isWide ? sheet.values?.entries : sheet.values?.overridden) ?? []
    let table = TextTable(
      headings: ["KEY", "VALUE", "FROM"], rows: entries.map { [$0.key, Self.text($0.shown), $0.origin.word] })
    return table.lines.map { "    \($0)" }
  }

  private static func text(_ value: Value) -> String {
    // Text with control characters is shown as JSON, on one line.
    let plain = value.string.flatMap { $0.unicodeScalars.contains { $0.value < 32 } ? nil : $0 }
    let text = plain ?? JSON.text(value)
    return text.count > 60 ? text.prefix(59) + "…" : text
  }

  /// One line for each finding of a check.
  static func lines(_ check: Plan.Check) -> [String] {
    let subject = check.subject.rawValue
    switch check.result {
    case .passed: return ["  ✓ \(subject)"]
    case .failed: return check.texts.map { "  ✗ \(subject): \($0)" }
    case .warned: return check.texts.map { "  ! \(subject): \($0)" }
    case .notMade: return check.texts.map { "  · \(subject) not checked: \($0)" }
    }
  }

  private func needLine(_ need: PlanSheet.Need) -> String {
    let what = "\(need.name)\(need.constraint.isEmpty ? "" : " \(need.constraint)")"
    let mark = need.isMet ? "✓" : need.isRequired ? "✗" : "!"
    return "  \(mark) \(what)" + (need.wayOut.isEmpty ? "" : ": \(need.wayOut)")
  }

  /// The results of `checks`, for programs.
  static func value(_ checks: [Plan.Check]) -> Value {
    .sequence(
      checks.map { check in
        [
          "subject": .string(check.subject.rawValue), "result": .string(check.result.rawValue),
          "texts": .sequence(check.texts.map(Value.string)),
        ]
      })
  }

  var value: Value {
    var fields = text.value.mapping ?? [:]
    fields["verdict"] = .string(sheet.verdict.rawValue)
    fields["checks"] = Self.value(sheet.checks)
    if let values = sheet.values {
      fields["values"] = .sequence(
        values.entries.map { ["key": .string($0.key), "value": $0.shown, "origin": .string($0.origin.word)] })
    }
    fields["comes"] = .sequence(sheet.comes.map { .string($0.english) })
    fields["goes"] = .sequence(sheet.goes.map { .string($0.english) })
    fields["stays"] = .sequence(sheet.stays.map { .string($0.english) })
    fields["needs"] = .sequence(
      sheet.needs.map { need in
        [
          "name": .string(need.name), "constraint": .string(need.constraint), "required": .bool(need.isRequired),
          "met": .bool(need.isMet), "wayOut": .string(need.wayOut),
        ]
      })
    fields["neededBy"] = .sequence(sheet.neededBy.map(Value.string))
    return .mapping(fields)
  }
}
