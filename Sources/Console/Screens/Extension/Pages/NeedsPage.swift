import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The dependencies of a version of an extension, and the extensions that depend on it.
struct NeedsPage: PageText {
  let name: String

  func subscriptions(_ state: ConsoleState) -> [Subscription] { [.facts(.upgrade, of: name)] }

  func lines(columns: Int, _ state: ConsoleState) -> [Line] {
    guard let context = state.planContext(for: name) else {
      return [Line(state.words("The capabilities of this cluster are not known yet."), .dim)]
    }
    let version = state.chosenVersions[name] ?? state.shownVersion(of: name)
    let needs = Needs(of: name, version: version ?? "", in: context)
    let own = needs.needs.flatMap { line($0, columns, state.words) }
    let others = needs.neededBy.flatMap { line($0, columns, state.words) }
    let none = Line("  " + state.words("nothing"), .dim)
    return [Line(state.words("{0} {1} needs", name, version ?? ""), .title)] + (own.isEmpty ? [none] : own)
      + section(state.words("Needed by"), others.isEmpty ? [none] : others)
      + needs.gaps.flatMap { [.blank] + Line(state.words($0), .stateBusy).wrapped(to: columns, indent: 2) }
  }

  private func line(_ need: Needs.Line, _ columns: Int, _ words: Language) -> [Line] {
    let (mark, style): (String, StyleName) =
      switch need.standing {
      case .met: ("✓ ", .stateInstalled)
      case .unmet: ("✗ ", .stateFailed)
      case .unknown: ("? ", .stateBusy)
      }
    let name =
      need.name + (need.constraint.isEmpty ? "" : " \(need.constraint)") + (need.isRequired ? "" : words(", if there"))
    return (Line("  " + mark, style) + Line(name) + Line(need.note.isEmpty ? "" : "  \(words(need.note))", .dim))
      .wrapped(to: columns, indent: 4)
  }
}
