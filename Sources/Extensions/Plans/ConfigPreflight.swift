import Client
import KubernetesAPI
import Manifest
import Packages
import Platform

// Checks of a config against what KubeSphere's webhook and helm accept.
extension PlanSubject {
  /// The problems of the chosen config.
  var configProblems: [Plan.Problem] {
    guard let config = change.config else { return [] }
    let review = ConfigReview(config)
    if let mistake = review.mistake { return [blocking("config: \(mistake)")] }
    return review.warnings.map { warning("config: \($0)") } + sizeProblem(config) + lostNulls(config)
      + lostSettings(review)
  }

  /// A cluster that stores configs as objects gets a merge patch, in which null removes a key (RFC 7386 §2).
  private func lostNulls(_ config: String) -> [Plan.Problem] {
    guard let installation, installation.configForm == .object, let new = try? YAML.parse(config), new.mapping != nil,
      let old = try? YAML.parse(installation.config), old.mapping != nil,
      MergePatch.apply(MergePatch.difference(from: old, to: new), to: old) != new
    else { return [] }
    return [
      blocking(
        "config: a key is null, which a patch of this cluster's configs cannot set: leave it out, or say what it is")
    ]
  }

  /// The API accepts a larger config than the job's ConfigMap can hold; the installation then stays in the state
  /// Preparing (docs/KUBESPHERE.md: Executor).
  private func sizeProblem(_ config: String) -> [Plan.Problem] {
    let size = config.utf8.count
    guard size > 900_000, context.dialect.name == .installPlan else { return [] }
    let text: Sentence =
      "config: it is \(size / 1000) kB: with what the job holds besides it must stay below 1 MiB, or the installation stays Preparing"
    return [Plan.Problem(isBlocking: change.kind != .rollBack, text)]
  }

  private func lostSettings(_ review: ConfigReview) -> [Plan.Problem] {
    guard change.kind == .configure, review.isEmpty, let before = installation?.config, !ConfigReview(before).isEmpty
    else {
      return []
    }
    return [warning("this config sets nothing: everything set before is lost, and the chart's defaults apply")]
  }
}
