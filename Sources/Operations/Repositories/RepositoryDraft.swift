import Client
package import Extensions
import KubernetesAPI
import Manifest
import Packages
package import Platform

/// The contents of the form in which a user adds or edits a repository.
package struct RepositoryDraft: Hashable, Sendable {
  package var name: String
  package var address: String
  package var description: String
  /// `30m`, or empty for the cluster's default.
  package var interval: String
  package var user: String
  package var password: String
  package var isInsecure: Bool
  /// The repository before it is edited; only changed fields are written, and only if the object has not changed.
  private let shown: RepositoryFacts?

  /// The name of the repository that is edited; empty for a new one.
  package var former: String { shown?.name ?? "" }

  /// A draft for a new repository, or for editing `facts`; passwords are never read back.
  package init(_ facts: RepositoryFacts? = nil) {
    name = facts?.name ?? ""
    address = facts?.address ?? ""
    description = facts?.title ?? ""
    interval = facts?.interval ?? ""
    user = facts?.user ?? ""
    password = ""
    isInsecure = facts?.isInsecure ?? false
    shown = facts
  }

  /// Why it cannot be saved, as sentences.
  package func problems(among others: [RepositoryFacts]) -> [Sentence] {
    var problems: [Sentence] = []
    if !Syntax.isLabel(name) { problems.append("The name takes small letters, digits and hyphens, 63 at most.") }
    if former.isEmpty, others.contains(where: { $0.name == name }) {
      problems.append("There is a repository \(name) already.")
    }
    if address.isEmpty {
      problems.append("The address is missing.")
    } else if address != shown?.address, let flaw = RepositorySettings.flaw(in: address) {
      problems.append("\(flaw).")
    }
    if !interval.isEmpty, DurationText.seconds(interval, units: DurationText.goUnits) == nil {
      problems.append("The interval is a duration such as 30m or 1h.")
    }
    let twin = others.first { $0.address == address && $0.name != name && !address.isEmpty }
    if let twin { problems.append("\(twin.name) has the same address: the first of the two keeps each extension.") }
    return problems
  }

  /// The plan that saves it.
  package func plan(_ dialect: Dialect) -> RemedyPlan {
    let spec = Value.mapping(spec(dialect))
    let action: RemedyRequest.Action =
      former.isEmpty
      ? .create(Object(dialect.repositories, name: name, ["spec": spec])) : .merge(["spec": spec])
    let request = RemedyRequest(
      resource: dialect.repositories, namespace: nil, name: name, action: action, version: shown?.resourceVersion,
      specMark: shown?.specMark)
    return RemedyPlan(
      title: former.isEmpty ? "Add repository \(name)" : "Edit repository \(name)", subject: "Repository \(name)",
      effects: [
        Plan.Effect(
          former.isEmpty ? .added : .changed, "\(dialect.repositories.kind) \(name) at \(MaskedText(address).text)"),
        Plan.Effect(.note, "what it offers appears once it has been read"),
      ], steps: [.send(request)], verb: former.isEmpty ? "repo add" : "repo edit")
  }

  private func spec(_ dialect: Dialect) -> Mapping {
    var spec = Mapping()
    if address != shown?.address { spec[RepositorySettings.field(of: address, in: dialect)] = .string(address) }
    if description != shown?.title ?? "" {
      spec[dialect.name == .installPlan ? "description" : "displayName"] = .string(description)
    }
    if interval != shown?.interval ?? "" { spec["updateStrategy"] = strategy(dialect) }
    guard dialect.name == .installPlan else { return spec }
    if !user.isEmpty, !password.isEmpty {
      spec["basicAuth"] = ["username": .string(user), "password": .string(password)]
    }
    if isInsecure != shown?.isInsecure ?? false { spec["insecure"] = .bool(isInsecure) }
    return spec
  }

  /// The interval alone if the repository has a timeout, which stays.
  private func strategy(_ dialect: Dialect) -> Value {
    let poll: Value = interval.isEmpty ? .null : ["interval": .string(interval)]
    if shown?.timeout.isEmpty == false { return ["registryPoll": poll] }
    return interval.isEmpty ? .null : RepositorySettings.updateStrategy(.string(interval), in: dialect)
  }

  /// Tests the address from this computer; the cluster may be in another network.
  package func reachability() async -> Reachability {
    var settings = RepositoryTest.Settings()
    settings.isInsecure = isInsecure
    if !user.isEmpty { (settings.username, settings.password) = (user, password) }
    switch await RepositoryTest.outcome(of: address, settings) {
    case .index(let charts, let versions, _):
      return Reachability(isGood: true, words: "it answers: \(charts) charts in \(versions) versions")
    case .registry: return Reachability(isGood: true, words: "it answers as a registry of images")
    case .problem(let problem): return Reachability(isGood: false, words: problem)
    }
  }
}

/// The result of testing a repository's address.
package struct Reachability: Hashable, Sendable {
  package var isGood: Bool
  package var words: Sentence
}

extension RepositoryFacts {
  /// The plan that makes the controllers read it now.
  package func sync(_ dialect: Dialect) -> RemedyPlan {
    let body = RepositoryChange.sync(wasRead: !lastSync.isEmpty, at: .now(), in: dialect)
    return RemedyPlan(
      title: "Read repository \(name) now", subject: "Repository \(name)",
      effects: [
        Plan.Effect(.note, "a chart that cannot be fetched meanwhile has its version deleted"),
        Plan.Effect(.note, "extensions that are no longer in its index lose their versions"),
      ],
      steps: [.send(RemedyRequest(resource: dialect.repositories, namespace: nil, name: name, action: .merge(body)))],
      verb: "repo sync")
  }

  /// The plan that deletes it, with everything that is deleted with it.
  package func deletion(_ dialect: Dialect, installed: Installations) -> RemedyPlan {
    let kept = extensions.filter { installed.of($0) != nil }
    let warning: Sentence =
      "without its version object the controllers carry out no change of \(kept.joined(separator: ", ")), not even an uninstall"
    let problems = kept.isEmpty ? [] : [Plan.Problem(isBlocking: false, warning)]
    return RemedyPlan(
      title: "Delete repository \(name)", subject: "Repository \(name)", effects: losses(dialect, keeping: kept),
      problems: problems,
      steps: [
        .send(
          RemedyRequest(
            resource: dialect.repositories, namespace: nil, name: name, action: .delete(withDependents: false),
            version: resourceVersion, specMark: specMark))
      ], verb: "repo remove")
  }

  private func losses(_ dialect: Dialect, keeping kept: [String]) -> [Plan.Effect] {
    var effects = [Plan.Effect(.removed, "\(dialect.repositories.kind) \(name)")]
    if versions > 0 { effects.append(Plan.Effect(.removed, "\(versions) versions that come from it")) }
    effects += extensions.filter { !kept.contains($0) }.map {
      Plan.Effect(.removed, "extension \($0), which is not installed")
    }
    return effects
      + kept.map {
        let rest: Sentence = "it can be neither upgraded nor configured until its version is back"
        return Plan.Effect(.changed, "\($0) keeps running and is offered no more: \(rest)")
      }
  }
}
