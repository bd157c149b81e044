package import Platform

/// What the guardrails of this computer say of something before it is sent.
package enum GuardVerdict: Hashable, Sendable {
  case allowed
  /// It is confirmed by typing, and which guardrail says so.
  case typed(Sentence)
  /// It will be refused, and which guardrail says so.
  case denied(Sentence)

  package var isTyped: Bool { if case .typed = self { true } else { false } }
}

extension Plan.Check {
  /// The check that `verdict` is of a plan.
  package init(_ verdict: GuardVerdict) {
    switch verdict {
    case .allowed: self.init(.guardrails, failures: [])
    case .typed(let text): self.init(.guardrails, warnings: [text])
    case .denied(let text): self.init(.guardrails, failures: [text])
    }
  }
}
