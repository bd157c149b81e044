package import Extensions
package import KubernetesAPI
import Manifest
package import Platform

/// All extensions off but a few, and exactly those back on (docs/KUBESPHERE.md: Changes).
///
/// What it switched off stands at the installations themselves, so that another user, or the same after a crash, can go
/// on with it. Here it is only decided what is to be written; doing it twice writes nothing more.
package struct SafeMode: Hashable, Sendable {
  package static let annotation = "ksx.dev/safe-mode"

  /// What is to be written, and what the user must know.
  package struct Step: Hashable, Sendable {
    package var writes: [ManyWrites.Item] = []
    /// What will be different, a line for each extension.
    package var effects: [Plan.Effect] = []
    package var notes: [Sentence] = []

    package init() {}
  }

  /// One extension that safe mode holds off.
  package struct Held: Hashable, Sendable {
    package var name: String
    /// Since when, and by whom, as far as the mark says.
    package var since: String
    package var by: String
    /// The version it had then.
    package var version: String
    /// Another has switched it on meanwhile.
    package var isOn: Bool
    /// It is switched off, and its cluster says that it is in service all the same.
    package var isServing: Bool
  }

  private let marked: MarkedSwitch
  private let objects: [Object]

  /// Safe mode over `objects`, the installations as they are now.
  package init(_ objects: [Object], _ capabilities: Capabilities) {
    marked = MarkedSwitch(Self.annotation, capabilities)
    self.objects = objects.sorted { $0.name < $1.name }
  }

  /// What safe mode holds off now.
  package var held: [Held] {
    objects.compactMap { object in
      guard let text = marked.mark(of: object) else { return nil }
      let mark = try? JSON.parse(Array(text.utf8))
      let installation = Installation(object)
      return Held(
        name: installation.extension, since: mark?["since"]?.string ?? "", by: mark?["by"]?.string ?? "",
        version: mark?["version"]?.string ?? "", isOn: installation.isEnabled,
        isServing: !installation.isEnabled && installation.isSaidToBeInService)
    }
  }

  /// The names that are excepted, and are none of an installed extension.
  package func unknown(_ excepted: [String]) -> [String] {
    let names = Set(objects.map { Installation($0).extension })
    return excepted.filter { !names.contains($0) }
  }

  /// Off with all that is on, except those named.
  package func on(except excepted: [String], by user: String, at time: String) -> Step {
    var step = Step()
    for object in objects {
      let installation = Installation(object)
      let name = installation.extension
      if excepted.contains(name) || !installation.isEnabled || installation.isBeingDeleted { continue }
      let mark: Value = ["since": .string(time), "by": .string(user), "version": .string(installation.version)]
      step.writes.append(.init(name, marked.off(object, mark: JSON.text(mark))))
      step.effects.append(Plan.Effect(.changed, "\(name) \(installation.version): enabled → disabled"))
      if let reason = SwitchVerdict(installation).sentence(name) {
        step.notes.append("\(reason); ksx disable \(name) --now --climb state takes it out of service")
      }
    }
    return step
  }

  /// On again with what was switched off, and what others have changed since; `remembered` is what this computer knows
  /// to have switched off.
  package func off(remembered: [String] = []) -> Step {
    var step = Step()
    for object in objects {
      guard let text = marked.mark(of: object) else { continue }
      let installation = Installation(object)
      let name = installation.extension
      let former = (try? JSON.parse(Array(text.utf8)))?["version"]?.string ?? installation.version
      if former != installation.version {
        step.notes.append("\(name) has been changed from \(former) to \(installation.version) meanwhile")
      }
      if installation.isEnabled {
        step.writes.append(.init(name, marked.forget(object)))
        step.notes.append("\(name) has been enabled by another meanwhile")
      } else {
        step.writes.append(.init(name, marked.on(object)))
        step.effects.append(Plan.Effect(.changed, "\(name) \(installation.version): disabled → enabled"))
      }
    }
    step.notes += strangers(remembered)
    return step
  }

  private func strangers(_ remembered: [String]) -> [Sentence] {
    remembered.compactMap { name in
      guard let object = objects.first(where: { Installation($0).extension == name }) else {
        return "\(name) has been uninstalled meanwhile"
      }
      guard marked.mark(of: object) == nil, !Installation(object).isEnabled else { return nil }
      return "\(name) is disabled by another, and stays so"
    }
  }
}
