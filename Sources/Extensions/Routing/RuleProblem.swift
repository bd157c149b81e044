/// Why a rule, or a part of one, is not carried out, for the author of its object.
package struct RuleProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  init(_ description: String) { self.description = description }
}
