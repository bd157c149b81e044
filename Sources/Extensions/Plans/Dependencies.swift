import Packages
import Platform

// Dependencies between extensions, which KubeSphere's controllers do not check (docs/KUBESPHERE.md: Changes).
extension PlanSubject {
  /// The dependencies of the target version that are not met.
  var dependencyProblems: [Plan.Problem] {
    guard change.version != nil, let target else { return [] }
    return target.dependencies.compactMap { $0.type == "extension" ? unmet($0) : nil }
  }

  func unmet(_ dependency: ExtensionVersion.Dependency) -> Plan.Problem? {
    let wanted = dependency.version.isEmpty ? dependency.name : "\(dependency.name) \(dependency.version)"
    guard let (text, isOff) = unmetClause(of: dependency) else { return nil }
    if isOff { return Plan.Problem(isBlocking: false, "it needs \(wanted), \(text)") }
    return dependency.isRequired
      ? Plan.Problem(isBlocking: true, "it needs \(wanted), \(text)")
      : Plan.Problem(isBlocking: false, "it works with \(wanted), \(text)")
  }

  /// Why `dependency` is not met, or `nil`; `isOff` says that it is installed as required but disabled.
  func unmetClause(of dependency: ExtensionVersion.Dependency) -> (text: Sentence, isOff: Bool)? {
    guard let other = context.installation(of: dependency.name) else { return ("which is not installed", false) }
    if other.isBeingDeleted { return ("which is being uninstalled", false) }
    if other.state != .installed {
      return (other.state == .none ? "which is not installed yet" : "which is \(other.state.name)", false)
    }
    if !Self.satisfies(other.version, dependency.version) { return ("but has \(other.version)", false) }
    return other.isEnabled ? nil : ("which is disabled", true)
  }

  /// The installed extensions whose dependency on this one would no longer be met.
  var dependentProblems: [Plan.Problem] {
    let needing = context.installedVersions.sorted { $0.key < $1.key }.compactMap { other, version in
      let isThere = context.installation(of: other).map { !$0.isBeingDeleted } ?? false
      let dependency = version.dependencies.first { $0.name == name && $0.type == "extension" }
      return other != name && isThere ? dependency.map { (other, $0) } : nil
    }
    if let missed = change.row.dependantWarning {
      // A dependant that is disabled itself, for example earlier in the same plan, is not affected.
      let isOff = change.row.enables == false
      let missing = needing.filter { $0.1.isRequired && !(isOff && context.installation(of: $0.0)?.isEnabled == false) }
      return missing.map { other, _ in
        Plan.Problem(
          isBlocking: false, change.sentence(missed, ["other": other, "name": name]))
      }
    }
    guard let version = change.version, change.kind != .install else { return [] }
    return needing.filter { !Self.satisfies(version, $0.1.version) }.map { other, dependency in
      Plan.Problem(isBlocking: false, "\(other) needs \(name) \(dependency.version), which \(version) is not")
    }
  }

  /// True also if the constraint or the version cannot be parsed.
  private static func satisfies(_ version: String, _ constraint: String) -> Bool {
    guard let version = SemanticVersion(version), let constraint = VersionConstraint(constraint) else { return true }
    return constraint.allows(version)
  }
}
