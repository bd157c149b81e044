/// Why a rule, or a part of it, is not applied, for the author of its object.
package struct RuleProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  init(_ description: String) { self.description = description }
}
