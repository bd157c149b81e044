import Client
import KubernetesAPI
import Manifest
import Packages
import Platform

// What KubeSphere's webhook and helm take as a config.
extension PlanSubject {
  /// What speaks against the config that is chosen.
  var configProblems: [Plan.Problem] {
    guard let config = change.config else { return [] }
    let review = ConfigReview(config)
    if let mistake = review.mistake { return [blocking("config: \(mistake)")] }
    return review.warnings.map { warning("config: \($0)") } + sizeProblem(config) + loss(by: review)
  }

  /// The API takes more than the job's ConfigMap can hold, and then nothing ever happens (docs/KUBESPHERE.md: Executor).
  private func sizeProblem(_ config: String) -> [Plan.Problem] {
    let size = config.utf8.count
    guard size > 900_000, context.dialect.name == .installPlan else { return [] }
    let text: Sentence =
      "config: it is \(size / 1000) kB: with what the job holds besides it must stay below 1 MiB, or the installation stays Preparing"
    return [Plan.Problem(isBlocking: change.kind != .rollBack, text)]
  }

  private func loss(by review: ConfigReview) -> [Plan.Problem] {
    guard change.kind == .configure, review.isEmpty, let before = installation?.config, !ConfigReview(before).isEmpty
    else {
      return []
    }
    return [warning("this config sets nothing: everything set before is lost, and the chart's defaults apply")]
  }
}
