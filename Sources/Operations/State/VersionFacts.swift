package import Extensions
import Packages
package import Platform

/// A version of an extension as every list of versions shows it.
package struct VersionFacts: Hashable, Sendable, Identifiable {
  package var version: String
  package var fit: Fit
  /// When its package was made, or else its object, RFC 3339, or empty.
  package var date: String
  /// Its role in this cluster, now or before: `runs`, `recommended`, `ran until 2026-05-04`.
  package var here: [Sentence]
  /// That no repository has it any more, if that is so.
  package var absence: Sentence?
  /// Its dependencies, with the present version if that does not satisfy them.
  package var needs: [Sentence]

  package var id: String { version }

  /// Whether it can run in this cluster.
  package enum Fit: Hashable, Sendable {
    case fits
    /// It cannot, and why.
    case not([Sentence])
    /// It is not known, and why.
    case unknown([Sentence])

    package var mark: String {
      switch self {
      case .fits: "✓"
      case .not: "✗"
      case .unknown: "?"
      }
    }
  }

  /// Collects what is known about `version` of the extension `name`.
  package init(
    _ version: String, of name: String, status: ExtensionStatus, recommended: String, memory: ReleaseMemory?,
    in context: PlanContext?
  ) {
    self.version = version
    let details = context?.version(version)
    let released = details?.released ?? ""
    date = released.isEmpty ? details?.created ?? "" : released
    absence = details?.absence
    here = Self.here(version, status, recommended, memory) + [absence].compactMap { $0 }
    let problems = context?.shortcomings(of: version, for: name) ?? []
    fit = Self.fit(problems, details, context)
    needs = Self.needs(details, context)
  }

  private static func here(
    _ version: String, _ status: ExtensionStatus, _ recommended: String, _ memory: ReleaseMemory?
  ) -> [Sentence] {
    var words: [Sentence] = status.notes(on: version).map { $0 == "running" ? "runs" : Sentence(stringLiteral: $0) }
    if VersionText(recommended) == VersionText(version), !recommended.isEmpty { words.append("recommended") }
    guard words.first != "runs",
      let last = memory?.entries.last(where: { VersionText($0.version) == VersionText(version) })
    else { return words }
    let day = String(last.time.prefix(10))
    switch last.wasInstalled {
    case true?: return words + ["ran until \(day)"]
    case false? where words.contains("failed"): return words
    case false?: return words + ["failed \(day)"]
    case nil: return words + ["was here until \(day)"]
    }
  }

  private static func fit(_ problems: [Plan.Problem], _ details: ExtensionVersion?, _ context: PlanContext?) -> Fit {
    let blocking = problems.filter(\.isBlocking).map(\.sentence)
    if !blocking.isEmpty { return .not(blocking) }
    guard let details, let context else { return .unknown(["what it needs is not read yet"]) }
    let isServerKnown =
      (details.kubeVersion.isEmpty || !context.kubernetesVersion.isEmpty)
      && (details.ksVersion.isEmpty || !context.kubeSphereVersion.isEmpty)
    if !isServerKnown, context.gaps[.server] != nil { return .unknown(["the server's version is not known"]) }
    return problems.isEmpty ? .fits : .unknown(problems.map(\.sentence))
  }

  private static func needs(_ details: ExtensionVersion?, _ context: PlanContext?) -> [Sentence] {
    guard let details else { return [] }
    func server(_ what: String, _ constraint: String, _ version: String?) -> Sentence? {
      if constraint.isEmpty { return nil }
      let isMet = version.flatMap { SemanticVersion($0) }.flatMap { found in
        VersionConstraint(constraint).map { $0.allows(found) }
      }
      let need = Sentence(verbatim: "\(what) \(constraint)")
      return isMet == false ? "\(need) (this is \(version ?? ""))" : need
    }
    let servers = [
      server("Kubernetes", details.kubeVersion, context?.kubernetesVersion),
      server("KubeSphere", details.ksVersion, context?.kubeSphereVersion),
    ]
    let others = details.dependencies.filter(\.isRequired).map { need in
      Sentence(verbatim: need.name + (need.version.isEmpty ? "" : " \(need.version)"))
    }
    return servers.compactMap { $0 } + others
  }
}
