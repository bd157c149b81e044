package import Platform

/// Why a rule, or a part of it, is not applied, for the author of its object.
package struct RuleProblem: Error, Hashable, Sendable {
  package let sentence: Sentence

  init(_ sentence: Sentence) { self.sentence = sentence }
}
