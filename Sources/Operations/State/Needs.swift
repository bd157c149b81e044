import Client
package import Extensions
import Packages
package import Platform

/// The dependencies of a version of an extension, and the installed extensions that depend on it.
package struct Needs: Hashable, Sendable {
  /// A dependency, and whether it is met.
  package struct Line: Hashable, Sendable {
    /// The dependency, or in `neededBy` the dependent extension.
    package var name: String
    package var constraint: String
    package var isRequired: Bool
    package var standing: Standing
    /// What is installed or offered, in words.
    package var note: Sentence
  }

  package enum Standing: Hashable, Sendable {
    case met, unmet, unknown
  }

  package private(set) var needs: [Line] = []
  package private(set) var neededBy: [Line] = []
  /// What is not known, as sentences.
  package private(set) var gaps: [Sentence] = []

  package init(of name: String, version: String, in context: PlanContext) {
    let details = context.version(version)
    if let details {
      needs =
        [
          Self.server("Kubernetes", details.kubeVersion, context.kubernetesVersion),
          Self.server("KubeSphere", details.ksVersion, context.kubeSphereVersion),
        ].compactMap { $0 } + details.dependencies.map { Self.line($0, context) }
    }
    neededBy = context.dependants(of: name).map { other, need in
      Self.dependant(other, need, context.installations.of(name)?.version)
    }
    if details == nil, !version.isEmpty { gaps.append("What version \(version) needs is not read yet.") }
    switch context.gaps[.dependants] {
    case .pending?: gaps.append("What the other extensions need is not read yet.")
    case .unreadable(let reason)?: gaps.append("What the other extensions need cannot be read: \(reason).")
    case nil: break
    }
  }

  private static func server(_ what: String, _ constraint: String, _ version: String) -> Line? {
    if constraint.isEmpty { return nil }
    guard let found = SemanticVersion(version), let parsed = VersionConstraint(constraint) else {
      return Line(
        name: what, constraint: constraint, isRequired: true, standing: .unknown, note: "its version is not known here")
    }
    let isMet = parsed.allows(found)
    return Line(
      name: what, constraint: constraint, isRequired: true, standing: isMet ? .met : .unmet, note: "this is \(version)")
  }

  private static func line(_ need: ExtensionVersion.Dependency, _ context: PlanContext) -> Line {
    var line = Line(
      name: need.name, constraint: need.version, isRequired: need.isRequired, standing: .met, note: "")
    guard need.type == "extension" else {
      (line.standing, line.note) = (.unknown, "a \(need.type), which is not looked for")
      return line
    }
    let installed = context.installations.of(need.name)
    if let problem = context.unmetClause(of: need) {
      (line.standing, line.note) = (need.isRequired ? .unmet : .unknown, problem)
      if installed == nil, let offered = context.extensions[need.name]?.recommendedVersion, !offered.isEmpty {
        line.note = "\(problem); \(offered) is offered"
      } else if installed == nil, context.extensions[need.name] == nil {
        line.note = "\(problem); no repository here has it"
      }
    } else {
      line.note = installed.map { "\($0.version) is installed" } ?? ""
    }
    return line
  }

  private static func dependant(_ other: String, _ need: ExtensionVersion.Dependency, _ version: String?) -> Line {
    var line = Line(name: other, constraint: need.version, isRequired: need.isRequired, standing: .met, note: "")
    guard let version else {
      (line.standing, line.note) = (need.isRequired ? .unmet : .unknown, "this one is not installed")
      return line
    }
    guard let found = SemanticVersion(version), let parsed = VersionConstraint(need.version) else { return line }
    if !need.version.isEmpty, !parsed.allows(found) {
      (line.standing, line.note) = (.unmet, "this one is \(version)")
    }
    return line
  }
}
