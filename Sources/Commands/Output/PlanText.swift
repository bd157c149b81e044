import Extensions
import Manifest
import Platform

/// A plan, for users and for programs.
struct PlanText {
  var plan: Plan
  var cluster: String

  var lines: [String] {
    let problems = plan.problems.map { "  \($0.isBlocking ? "✗" : "!") \($0.text)" }
    return [title] + effects + problems + kubectl
  }

  /// A heading, and a line for each effect.
  static func lines(_ title: String, _ effects: [Plan.Effect]) -> [String] { [title] + lines(effects) }

  /// A line for each effect.
  static func lines(_ effects: [Plan.Effect]) -> [String] {
    effects.map { "  \(sign($0.sign)) \($0.text)" }
  }

  var effects: [String] { Self.lines(plan.effects) }

  var kubectl: [String] {
    if !plan.kubectl.isEmpty { return ["  \(plan.kubectlLine)"] + (plan.neededFile.map { [note(on: $0)] } ?? []) }
    return plan.kubectlAbsence.map { ["  no kubectl line: \($0)"] } ?? []
  }

  private func note(on file: Plan.KubectlFile) -> String {
    "  (\(file.name) holds the config: ksx plan with --write-files . writes it, and w in the console)"
  }

  var title: String { "\(plan.change.title(plan.name)) in \(cluster)" }

  /// The sign before an effect.
  static func sign(_ sign: Plan.Effect.Sign) -> String {
    switch sign {
    case .added: "+"
    case .removed: "-"
    case .changed: "~"
    case .note: " "
    }
  }

  /// The effects, for programs.
  static func value(_ effects: [Plan.Effect]) -> Value {
    .sequence(effects.map { ["sign": .string(sign($0.sign)), "text": .string($0.text)] })
  }

  /// The problems, for programs.
  static func value(_ problems: [Plan.Problem]) -> Value {
    .sequence(problems.map { ["blocking": .bool($0.isBlocking), "text": .string($0.text)] })
  }

  var value: Value {
    [
      "change": .string(plan.change.words), "extension": .string(plan.name), "cluster": .string(cluster),
      "effects": Self.value(plan.effects), "problems": Self.value(plan.problems),
      "kubectl": .string(plan.kubectlLine),
    ]
  }
}

extension String {
  /// The text with its first letter in upper case, for headings and questions.
  var withCapital: String { prefix(1).uppercased() + dropFirst() }
}
