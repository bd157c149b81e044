package import Client
package import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// The version of an extension that evidence is about; `known` is its object, if the caller has it.
package struct EvidenceSubject: Hashable, Sendable {
  package var name: String
  package var version: String
  package var known: ExtensionVersion?

  package init(name: String, version: String, known: ExtensionVersion?) {
    self.name = name
    self.version = version
    self.known = known
  }

  /// The version that `plan` leads to, or else the present one.
  init(_ plan: Plan, in context: PlanContext) {
    let version = plan.change.version ?? plan.before?.version ?? ""
    self.init(name: plan.name, version: version, known: context.version(version))
  }
}

extension ClusterReader {
  /// Reads what `context` does not have, and makes the sheet of `plan`; the sheet says what could not be read.
  package func sheet(of plan: Plan, in context: PlanContext, gateway: GatewayAPI?) async -> PlanSheet {
    async let evidence = evidence(of: EvidenceSubject(plan, in: context), gateway: gateway)
    var whole = context
    await readOffers(of: plan, into: &whole)
    return PlanSheet(plan, in: whole, await evidence)
  }

  /// Keys that `plan` would newly set and that do not fit the chart's values; empty if the package cannot be read.
  package func newValueWarnings(of plan: Plan, in context: PlanContext, _ gateway: GatewayAPI?) async -> [Plan.Problem]
  {
    let subject = EvidenceSubject(plan, in: context)
    guard let text = plan.change.config, case .success(let package) = await package(of: subject, gateway: gateway)
    else { return [] }
    func valueWarnings(_ text: String) -> [Sentence] {
      let config = (try? YAML.parse(text)) ?? .null
      return EffectiveValues(defaults: package.defaults, config: config == .null ? [:] : config).valueWarnings.map(
        \.sentence)
    }
    let known = Set(valueWarnings(plan.before?.config ?? ""))
    return valueWarnings(text).filter { !known.contains($0) }.map { Plan.Problem(isBlocking: false, $0) }
  }

  /// Reads the package of a version, and the objects that the cluster serves.
  package func evidence(of subject: EvidenceSubject, gateway: GatewayAPI?) async -> PlanSheet.Evidence {
    var evidence = PlanSheet.Evidence()
    async let servedAnswer = answer(within: Self.factTimeout) { () throws(ClusterError) in try await served() }
    switch await package(of: subject, gateway: gateway) {
    case .success(let package): evidence.package = package
    case .failure(let error): evidence.packageProblem = error.words
    }
    switch await servedAnswer {
    case .success(let served): evidence.served = served
    case .failure(let error): evidence.servedProblem = "what is served cannot be read: \(error.words)"
    }
    return evidence
  }

  private func package(
    of subject: EvidenceSubject, gateway: GatewayAPI?
  ) async -> Result<Package, PackageSourceError> {
    let answer = await answer(within: Self.factTimeout) {
      () async throws(ClusterError) -> Result<Package, PackageSourceError>? in
      var version = subject.known
      if version == nil {
        version = try await ExtensionVersion.find(subject.name, subject.version, in: cluster, dialect)
      }
      guard let version else { return nil }
      do throws(PackageSourceError) {
        return .success(try await version.package(from: cluster, gateway: gateway))
      } catch {
        return .failure(error)
      }
    }
    switch answer {
    case .success(let found?): return found
    case .success(nil): return .failure(.unavailable("version \(subject.version) is not offered"))
    case .failure(let error): return .failure(.cluster(error))
    }
  }

  /// Reads the extensions that `plan` needs and that are missing, so that the sheet can suggest installing them.
  private func readOffers(of plan: Plan, into context: inout PlanContext) async {
    guard let version = plan.change.version.flatMap({ context.version($0) }) else { return }
    for dependency in version.dependencies where context.unmetSentence(of: dependency) != nil {
      let answer = await answer(within: Self.factTimeout) { () throws(ClusterError) in
        try await self.extension(dependency.name, isWhole: false)
      }
      if let object = (try? answer.get()) ?? nil {
        context.extensions[dependency.name] = Extension(object, dialect: dialect)
      }
    }
  }
}
