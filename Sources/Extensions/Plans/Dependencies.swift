import Packages

// Dependencies between extensions, which KubeSphere's controllers do not check (docs/KUBESPHERE.md: Changes).
extension PlanSubject {
  /// The dependencies of the target version that are not met.
  var dependencyProblems: [Plan.Problem] {
    guard change.version != nil, let target else { return [] }
    return target.dependencies.compactMap { $0.type == "extension" ? unmet($0) : nil }
  }

  func unmet(_ dependency: ExtensionVersion.Dependency) -> Plan.Problem? {
    let wanted = dependency.version.isEmpty ? dependency.name : "\(dependency.name) \(dependency.version)"
    func problem(_ text: String) -> Plan.Problem {
      dependency.isRequired
        ? Plan.Problem(isBlocking: true, "it needs \(wanted), \(text)")
        : Plan.Problem(isBlocking: false, "it works with \(wanted), \(text)")
    }
    guard let other = context.installation(of: dependency.name) else { return problem("which is not installed") }
    guard other.state == .installed, !other.isBeingDeleted else {
      let word = other.isBeingDeleted ? "being uninstalled" : other.state.word
      return problem("which is \(word.isEmpty ? "not installed yet" : word)")
    }
    if !Self.satisfies(other.version, dependency.version) { return problem("but has \(other.version)") }
    if !other.isEnabled { return Plan.Problem(isBlocking: false, "it needs \(wanted), which is disabled") }
    return nil
  }

  /// The installed extensions whose dependency on this one would no longer be met.
  var dependentProblems: [Plan.Problem] {
    let needing = context.installedVersions.sorted { $0.key < $1.key }.compactMap { other, version in
      let isThere = context.installation(of: other).map { !$0.isBeingDeleted } ?? false
      let dependency = version.dependencies.first { $0.name == name && $0.type == "extension" }
      return other != name && isThere ? dependency.map { (other, $0) } : nil
    }
    if let missed = change.row.missedAs {
      return needing.filter(\.1.isRequired).map { other, _ in
        Plan.Problem(isBlocking: false, "\(other) needs \(name) and will miss it when it is \(missed)")
      }
    }
    guard let version = change.version, change.kind != .install else { return [] }
    return needing.filter { !Self.satisfies(version, $0.1.version) }.map { other, dependency in
      Plan.Problem(isBlocking: false, "\(other) needs \(name) \(dependency.version), which \(version) is not")
    }
  }

  /// True also for a constraint or a version that cannot be read.
  private static func satisfies(_ version: String, _ constraint: String) -> Bool {
    guard let version = SemanticVersion(version), let constraint = VersionConstraint(constraint) else { return true }
    return constraint.allows(version)
  }
}
