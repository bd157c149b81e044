package import Extensions
import Packages
package import Platform

// Texts that the user confirms: what is cancelled, since when it runs, and the state afterwards.
extension Cancellation {
  /// The action as a button and a question name it: `cancel the upgrade`.
  package func action(at installation: Installation) -> Sentence {
    guard let former else { return "cancel the installation" }
    let (from, to) = (VersionText(former.version), VersionText(installation.version))
    return from < to ? "cancel the upgrade" : to < from ? "cancel the way back" : "cancel the change of the config"
  }

  /// The effects of the cancellation, one for each line, and how they are achieved.
  package func effects(_ facts: Facts) -> [Plan.Effect] {
    let installation = facts.installation
    var effects = [Plan.Effect(.removed, "ends: \(attempt(installation))", part: .changes)]
    if let former {
      if former.version != installation.version {
        effects.append(Plan.Effect(.changed, "version \(installation.version) → \(former.version)"))
      }
      if !installation.hasConfig(former.config) { effects.append(Plan.Effect(.changed, "config: as it was before")) }
      if let note = origin.note(hasFailed: false) { effects.append(Plan.Effect(.note, note, part: .changes)) }
    }
    return effects + means(installation) + rest(installation)
  }

  /// The current attempt: where it leads, and since when.
  private func attempt(_ installation: Installation) -> Sentence {
    let since = Operation.beginning(installation)
    let state = installation.observed.state.name
    let what = move(installation)
    return since.isEmpty ? "\(what), \(state)" : "\(what), \(state) since \(since)"
  }

  private func move(_ installation: Installation) -> Sentence {
    guard let former else { return "the installation of \(installation.version)" }
    let (from, to) = (VersionText(former.version), VersionText(installation.version))
    if from < to { return "the upgrade from \(former.version) to \(installation.version)" }
    if to < from { return "the way back from \(former.version) to \(installation.version)" }
    return installation.hasConfig(former.config)
      ? "the try of \(installation.version)" : "the change of the config at \(installation.version)"
  }

  private func means(_ installation: Installation) -> [Plan.Effect] {
    if installation.isManagedByStandalone { return [] }
    let job =
      installation.jobName.isEmpty
      ? [] : [Plan.Effect(.removed, "job \(installation.jobName) is ended, with helm in the middle of its work")]
    return former == nil
      ? job
      : job + [
        Plan.Effect(
          .changed, "helm's lock is removed if the release is left pending, and what ran before is tried again")
      ]
  }

  /// The state afterwards.
  private func rest(_ installation: Installation) -> [Plan.Effect] {
    guard let former else {
      return [
        Plan.Effect(.note, "\(name) stays as InstallFailed: ksx retry tries it again, uninstall removes it"),
        Plan.Effect(.note, "what \(installation.version) has brought so far stays until then"),
      ]
    }
    let left = former.version == installation.version ? nil : installation.version
    return [
      Plan.Effect(.note, "afterwards \(name) is at \(former.version), which ran before"),
      Plan.Effect(.note, "what has been changed so far stays changed until that is done"),
    ]
      + (left.map {
        [
          Plan.Effect(
            .note, "CRDs of \($0) and data that it has migrated stay, and so may objects that only it brought")
        ]
      } ?? [])
  }
}
