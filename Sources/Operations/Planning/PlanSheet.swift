package import Extensions
import Manifest
package import Packages
import Platform

/// A plan with all that can be known before it is carried out: what a user reads, and a program decides by.
package struct PlanSheet: Hashable, Sendable {
  package var plan: Plan
  package var checks: [Plan.Check]
  /// What the chart would be given; `nil` where the change is none of values, or the package is not at hand.
  package var values: EffectiveValues?
  package var comes: [String] = []
  package var goes: [String] = []
  package var stays: [String] = []
  package var needs: [Need] = []
  /// The installed extensions that need this one.
  package var neededBy: [String] = []

  /// Something it needs, and the way out where that is not there.
  package struct Need: Hashable, Sendable {
    package var name: String
    package var constraint: String
    package var isRequired: Bool
    package var isMet: Bool
    package var wayOut: String
  }

  /// What carrying it out would come to.
  package enum Verdict: String, Sendable {
    case nothingWouldChange, wouldChange, cannot
  }

  package var verdict: Verdict {
    let failed = checks.contains { $0.result == .failed }
    if !failed, !plan.isBlocked { return .wouldChange }
    let isSo = plan.problems.filter(\.isBlocking).allSatisfy(\.isAlreadySo)
    return isSo && !checks.contains { $0.result == .failed && $0.subject != .state } ? .nothingWouldChange : .cannot
  }

  /// What is known beyond the plan's own context.
  package struct Evidence: Hashable, Sendable {
    /// The package of the version it leads to, or of the one there is.
    package var package: Package?
    /// Why it is not at hand.
    package var packageProblem: String?
    package var served: [ServedObject] = []
    package var servedProblem: String?

    package init() {}
  }

  /// Makes the sheet of `plan`, which was made in `context`.
  package init(_ plan: Plan, in context: PlanContext, _ evidence: Evidence) {
    self.plan = plan
    checks = Plan.checks(plan.change, for: plan.name, in: context)
    addKindCheck(context, evidence)
    addValues(evidence)
    addServed(evidence)
    addNeeds(context)
    let rehearsal = "nothing is sent to the cluster by this; --dry-run=server asks it about this one object"
    checks.append(Plan.Check(.dryRun, notMade: rehearsal))
  }

  private var changesRelease: Bool { plan.change.version != nil || plan.change.config != nil }

  private mutating func addKindCheck(_ context: PlanContext, _ evidence: Evidence) {
    guard plan.change.version != nil else { return }
    guard let package = evidence.package else {
      return checks.append(Plan.Check(.kinds, notMade: evidence.packageProblem ?? "no package"))
    }
    let text = context.missingKinds.map { "its chart has a \($0.words), which this cluster does not know" }
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
    checks.append(Plan.Check(.values, warnings: values.concerns))
    guard let schema = package.text("values.schema.json") else { return }
    guard let schema = ValuesSchema(schema) else {
      return checks.append(Plan.Check(.schema, notMade: "values.schema.json cannot be read"))
    }
    // helm itself leaves a default out that is set to nothing.
    let mistakes = schema.mistakes(in: MergePatch.apply(config == .null ? [:] : config, to: defaults))
    checks.append(Plan.Check(.schema, failures: mistakes))
    if !schema.unchecked.isEmpty {
      checks.append(Plan.Check(.schema, notMade: "helm judges \(schema.unchecked.joined(separator: ", "))"))
    }
  }

  private mutating func addServed(_ evidence: Evidence) {
    if let problem = evidence.servedProblem { checks.append(Plan.Check(.conflicts, notMade: problem)) }
    let own = evidence.served.filter { $0.extension == plan.name }.map { ($0.kind, $0.words) }
    let release = plan.before.map(\.releaseName).flatMap { $0.isEmpty ? nil : $0 } ?? plan.name
    let contents = evidence.package.map { PackageContents($0, release: release) }
    switch plan.change.kind {
    case .install, .upgrade, .rollBack: if let contents { compareServed(contents, with: own, evidence) }
    case .uninstall, .forceDelete, .disable: goes = own.map(Self.line)
    case .enable: comes = own.map(Self.line)
    case .configure, .place, .removeAgents, .retry: break
    }
    if plan.change.row.removes, let contents {
      stays = contents.definitions.map { "definition of \($0.words), and its objects" }
      stays += contents.permissions.isEmpty ? [] : ["the roles made for its installer"]
    }
  }

  private static func line(_ served: (String, String)) -> String { "\(served.0) \(served.1)" }

  /// What `contents` will serve beside what is served already.
  private mutating func compareServed(
    _ contents: PackageContents, with own: [(String, String)], _ evidence: Evidence
  ) {
    let wanted = contents.served.map { ($0.kind, $0.words.isEmpty ? "/dist/\(plan.name)/index.js" : $0.words) }
    // What only values decide can be neither missed nor found to be the same.
    if contents.served.contains(where: \.isPartlyKnown) {
      let reason = "some of what it serves is known only once its chart is rendered"
      checks.append(Plan.Check(.conflicts, notMade: reason))
    }
    comes = wanted.map(Self.line).filter { !own.map(Self.line).contains($0) }
    goes = own.map(Self.line).filter { line in
      !wanted.contains { Self.line($0) == line || ($0.1.containsText("…") && line.hasPrefix($0.0)) }
    }
    comes += contents.definitions.map { "definition of \($0.words)" }
    addConflicts(wanted, evidence)
  }

  private mutating func addConflicts(_ wanted: [(String, String)], _ evidence: Evidence) {
    guard evidence.servedProblem == nil else { return }
    let others = evidence.served.filter { $0.extension != plan.name }
    let found = wanted.flatMap { kind, words in
      others.filter { $0.collides(kind: kind, words: words) }.map { other in
        let owner = other.extension.isEmpty ? "no extension" : other.extension
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
    let problem = context.shortcoming(of: dependency)
    let offer = context.extensions[dependency.name]
    let wayOut: String
    if problem == nil {
      wayOut = ""
    } else if context.installation(of: dependency.name) != nil {
      wayOut = "ksx get \(dependency.name) shows how it stands"
    } else if let offer {
      let version = offer.recommendedVersion
      wayOut = "ksx install \(dependency.name)\(version.isEmpty ? "" : " --version \(version)") first"
    } else {
      wayOut = "no repository here offers \(dependency.name), as far as is known"
    }
    self.init(
      name: dependency.name, constraint: dependency.version, isRequired: dependency.isRequired, isMet: problem == nil,
      wayOut: wayOut)
  }
}
