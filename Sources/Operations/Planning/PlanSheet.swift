import Client
package import Extensions
import Manifest
package import Packages
package import Platform

/// A plan with everything that can be known before it is carried out, for users to read and programs to evaluate.
package struct PlanSheet: Hashable, Sendable {
  package var plan: Plan
  package var checks: [Plan.Check]
  /// The values that the chart would be given; `nil` if the change does not affect them, or the package cannot be read.
  package var values: EffectiveValues?
  package var comes: [Sentence] = []
  package var goes: [Sentence] = []
  package var stays: [Sentence] = []
  package var needs: [Need] = []
  /// The installed extensions that depend on this one.
  package var neededBy: [String] = []

  /// A dependency of the extension, and what to do if it is not met.
  package struct Need: Hashable, Sendable {
    package var name: String
    package var constraint: String
    package var isRequired: Bool
    package var isMet: Bool
    package var remedy: Remedy

    package enum Remedy: Hashable, Sendable {
      case none
      /// It is installed, but does not meet the constraint.
      case look
      /// It can be installed in this version; empty if no offered version meets the constraint.
      case install(version: String)
      case notOffered
    }

    /// What a user of commands can do.
    package var wayOut: String {
      switch remedy {
      case .none: ""
      case .look: "ksx get \(name) shows how it stands"
      case .install(let version): "ksx install \(name)\(version.isEmpty ? "" : " --version \(version)") first"
      case .notOffered: "no repository here offers \(name), as far as is known"
      }
    }

    /// The step that a plan can begin with to meet the dependency.
    package var step: PlannedStep? {
      guard !isMet, case .install(let version) = remedy, !version.isEmpty else { return nil }
      return PlannedStep(.install(version: version, config: ""), name)
    }
  }

  /// The result of carrying out the plan.
  package enum Verdict: String, Sendable {
    case nothingWouldChange, wouldChange, cannot
  }

  package var verdict: Verdict {
    let failed = checks.contains { $0.result == .failed }
    if !failed, !plan.isBlocked { return .wouldChange }
    let isSo = plan.problems.filter(\.isBlocking).allSatisfy(\.isAlreadySo)
    return isSo && !checks.contains { $0.result == .failed && $0.subject != .state } ? .nothingWouldChange : .cannot
  }

  /// What is read in addition to the context of the plan.
  package struct Evidence: Hashable, Sendable {
    /// The package of the version that the plan leads to, or else of the present version.
    package var package: Package?
    /// Why there is no package.
    package var packageProblem: Sentence?
    package var served: [ServedObject] = []
    package var servedProblem: Sentence?

    package init() {}

    /// This evidence; what could not be read now is taken from the `known` evidence.
    package func completed(by known: Evidence?) -> Evidence {
      guard let known else { return self }
      var evidence = self
      if package == nil, known.package != nil {
        (evidence.package, evidence.packageProblem) = (known.package, nil)
      }
      if servedProblem != nil, served.isEmpty { evidence.served = known.served }
      return evidence
    }

    /// The evidence while it is being read.
    package static var reading: Evidence {
      var evidence = Evidence()
      evidence.packageProblem = "the package is being read"
      evidence.servedProblem = "what is served is being read"
      return evidence
    }
  }

  /// Makes the sheet of `plan`, which was made in `context`; `dryRun` is the API server's answer, if it was asked.
  package init(_ plan: Plan, in context: PlanContext, _ evidence: Evidence, _ dryRun: DryRun? = nil) {
    self.plan = plan
    checks = Plan.checks(plan.change, for: plan.name, in: context)
    addKindCheck(context, evidence)
    addValues(evidence)
    addServed(context, evidence)
    addNeeds(context)
    addPast()
    checks.append(dryRun?.check ?? Plan.Check(.dryRun, notMade: Self.notAsked))
    dropHalfPassed()
  }

  /// Removes passed checks that could only be made in part, so that each subject has one result.
  private mutating func dropHalfPassed() {
    let open = Set(checks.filter { $0.result == .notMade }.map(\.subject))
    checks.removeAll { $0.result == .passed && open.contains($0.subject) }
  }

  private static let notAsked: Sentence =
    "nothing is sent to the cluster by this; --dry-run=server asks it about this one object"

  private var changesRelease: Bool { plan.change.version != nil || plan.change.config != nil }

  private mutating func addKindCheck(_ context: PlanContext, _ evidence: Evidence) {
    guard plan.change.version != nil else { return }
    guard let package = evidence.package else {
      return checks.append(Plan.Check(.kinds, notMade: evidence.packageProblem ?? "no package"))
    }
    let text: [Sentence] = context.missingKinds.map { "its chart has a \($0.words), which this cluster does not know" }
    checks.append(Plan.Check(.kinds, warnings: text))
    let unknown = PackageContents(package).unknownFiles
    if !unknown.isEmpty {
      let files = unknown.joined(separator: ", ")
      checks.append(Plan.Check(.kinds, notMade: "\(files): of a kind that is known only once the chart is rendered"))
    }
  }

  private mutating func addValues(_ evidence: Evidence) {
    guard changesRelease else { return }
    guard let package = evidence.package else {
      return checks.append(Plan.Check(.values, notMade: evidence.packageProblem ?? "no package"))
    }
    let text = plan.change.config ?? plan.before?.config ?? ""
    guard let config = try? YAML.parse(text) else { return }
    let defaults = package.defaults
    let values = EffectiveValues(
      defaults: defaults, config: config == .null ? [:] : config, overrides: plan.before?.overrides ?? [:])
    self.values = values
    checks.append(Plan.Check(.values, warnings: values.valueWarnings.map(\.sentence)))
    guard let schema = package.text("values.schema.json") else { return }
    guard let schema = ValuesSchema(schema) else {
      return checks.append(Plan.Check(.schema, notMade: "values.schema.json cannot be read"))
    }
    // helm also removes a default whose value in the config is null.
    let violations = schema.violations(in: MergePatch.apply(config == .null ? [:] : config, to: defaults))
    checks.append(Plan.Check(.schema, failures: violations))
    if !schema.unsupportedKeywords.isEmpty {
      checks.append(Plan.Check(.schema, notMade: "helm judges \(schema.unsupportedKeywords.joined(separator: ", "))"))
    }
  }

  /// What the history has to say of it, which no check of the plan itself knows.
  private mutating func addPast() {
    let doubts = plan.problems.filter(\.isOfThePast).map(\.sentence)
    if !doubts.isEmpty { checks.append(Plan.Check(.past, warnings: doubts)) }
  }

  private mutating func addServed(_ context: PlanContext, _ evidence: Evidence) {
    if let problem = evidence.servedProblem { checks.append(Plan.Check(.conflicts, notMade: problem)) }
    let own = evidence.served.filter { $0.extension == plan.name }.map { ($0.kind, $0.words) }
    let release = plan.before.map(\.releaseName).flatMap { $0.isEmpty ? nil : $0 } ?? plan.name
    let contents = evidence.package.map { PackageContents($0, release: release) }
    switch plan.change.kind {
    case .install, .upgrade, .rollBack: if let contents { compareServed(contents, with: own, evidence) }
    case .uninstall, .forceDelete:
      if context.isReleaseGone { stays = own.map(Self.line) } else { goes = own.map(Self.line) }
    case .disable: goes = own.map(Self.line)
    case .enable: comes = own.map(Self.line)
    case .configure, .place, .removeAgents, .retry: break
    }
    if plan.change.row.removes, let contents {
      stays += contents.definitions.map { "definition of \($0.words), and its objects" as Sentence }
    }
  }

  private static func line(_ served: (String, String)) -> Sentence {
    Sentence(verbatim: "\(served.0) \(served.1)")
  }

  /// Compares what `contents` will serve with what is served already.
  private mutating func compareServed(
    _ contents: PackageContents, with own: [(String, String)], _ evidence: Evidence
  ) {
    let wanted = contents.served.map { ($0.kind, $0.words(in: plan.name)) }
    // What depends on values can be known neither to be missing nor to be the same.
    if contents.served.contains(where: \.isPartlyKnown) {
      let reason: Sentence = "some of what it serves is known only once its chart is rendered"
      checks.append(Plan.Check(.conflicts, notMade: reason))
    }
    comes = wanted.map(Self.line).filter { !own.map(Self.line).contains($0) }
    goes = own.map(Self.line).filter { line in
      !wanted.contains { Self.line($0) == line || ($0.1.containsText("…") && line.english.hasPrefix($0.0)) }
    }
    comes += contents.definitions.map { "definition of \($0.words)" as Sentence }
    addConflicts(wanted, evidence)
  }

  private mutating func addConflicts(_ wanted: [(String, String)], _ evidence: Evidence) {
    guard evidence.servedProblem == nil else { return }
    let others = evidence.served.filter { $0.extension != plan.name }
    let found = wanted.flatMap { kind, words in
      others.filter { $0.collides(kind: kind, words: words) }.map { other -> Sentence in
        let owner = other.extension.isEmpty ? "no extension" : Sentence(verbatim: other.extension)
        return "\(kind) \(words) is served already by \(other.name) of \(owner): the cluster refuses a second"
      }
    }
    checks.append(Plan.Check(.conflicts, warnings: found))
  }

  private mutating func addNeeds(_ context: PlanContext) {
    if let version = plan.change.version.flatMap({ context.version($0) }) {
      needs = version.dependencies.filter { $0.type == "extension" }.map { Need($0, context) }
    }
    neededBy = context.dependants(of: plan.name)
  }
}

extension PlanSheet.Need {
  init(_ dependency: ExtensionVersion.Dependency, _ context: PlanContext) {
    let problem = context.unmetSentence(of: dependency)
    let remedy: Remedy
    if problem == nil {
      remedy = .none
    } else if context.installation(of: dependency.name) != nil {
      remedy = .look
    } else if let offer = context.extensions[dependency.name] {
      remedy = .install(version: Self.version(of: offer, for: dependency.version))
    } else {
      remedy = .notOffered
    }
    self.init(
      name: dependency.name, constraint: dependency.version, isRequired: dependency.isRequired, isMet: problem == nil,
      remedy: remedy)
  }

  /// The recommended version if it meets the constraint, else the newest that does.
  private static func version(of offer: Extension, for constraint: String) -> String {
    guard let wanted = VersionConstraint(constraint), !constraint.isEmpty else { return offer.recommendedVersion }
    func fits(_ version: String) -> Bool { SemanticVersion(version).map(wanted.allows) ?? false }
    if fits(offer.recommendedVersion) { return offer.recommendedVersion }
    return offer.versions.filter(fits).max { SemanticVersion.precedes($0, $1) } ?? ""
  }
}
