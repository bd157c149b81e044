package import Platform

/// The verdict of this machine's guardrails on a change before it is sent.
package enum GuardVerdict: Hashable, Sendable {
  case allowed
  /// The user must confirm it by typing; the text names the guardrail.
  case typedConfirmation(Sentence)
  /// It will be refused; the text names the guardrail.
  case denied(Sentence)

  package var requiresTyping: Bool { if case .typedConfirmation = self { true } else { false } }
}

extension Plan.Check {
  /// The check of a plan that shows `verdict`.
  package init(_ verdict: GuardVerdict) {
    switch verdict {
    case .allowed: self.init(.guardrails, failures: [])
    case .typedConfirmation(let text): self.init(.guardrails, warnings: [text])
    case .denied(let text): self.init(.guardrails, failures: [text])
    }
  }
}
