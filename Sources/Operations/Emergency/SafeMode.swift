package import Extensions
package import KubernetesAPI
import Manifest
package import Platform

/// Disables all extensions except a few, and later enables exactly those again (docs/KUBESPHERE.md: Changes).
///
/// The installations themselves record what was disabled, so that another user, or the same user after a crash,
/// can continue. This type only decides what must be written; repeating a step writes nothing more.
package struct SafeMode: Hashable, Sendable {
  package static let annotation = "ksx.dev/safe-mode"

  /// The writes of a step, and what the user must know.
  package struct Step: Hashable, Sendable {
    package var writes: [ConcurrentWrites.Item] = []
    /// The changes, one for each extension.
    package var effects: [Plan.Effect] = []
    package var notes: [Sentence] = []

    package init() {}
  }

  /// An extension that safe mode has disabled.
  package struct Held: Hashable, Sendable {
    package var name: String
    /// Since when, as far as the mark says.
    package var since: String
    /// The user who disabled it, as far as the mark says.
    package var by: String
    /// Its version at that time.
    package var version: String
    /// Whether another client has enabled it since.
    package var isOn: Bool
    /// Whether it is disabled but its status says that it is still in service.
    package var isServing: Bool
  }

  private let annotatedSwitch: AnnotatedSwitch
  private let objects: [Object]

  private let remembered: [String]

  /// Safe mode over `objects`, the current installations.
  ///
  /// `remembered` are the extensions that are recorded as disabled, beside the marks.
  package init(_ objects: [Object], _ capabilities: Capabilities, remembered: [String] = []) {
    annotatedSwitch = AnnotatedSwitch(Self.annotation, capabilities, recorded: remembered)
    self.remembered = remembered
    self.objects = objects.sorted { $0.name < $1.name }
  }

  /// The extensions that safe mode has disabled.
  package var held: [Held] {
    objects.compactMap { object in
      guard annotatedSwitch.hasDisabled(object) else { return nil }
      let mark = mark(of: object)
      let installation = Installation(object)
      return Held(
        name: installation.extension, since: mark?["since"]?.string ?? "", by: mark?["by"]?.string ?? "",
        version: mark?["version"]?.string ?? "", isOn: installation.isEnabled,
        isServing: !installation.isEnabled && installation.isSaidToBeInService)
    }
  }

  /// The names in `excepted` that no installed extension has.
  package func unknown(_ excepted: [String]) -> [String] {
    let names = Set(objects.map { Installation($0).extension })
    return excepted.filter { !names.contains($0) }
  }

  private func mark(of object: Object) -> Value? {
    annotatedSwitch.mark(of: object).flatMap { try? JSON.parse(Array($0.utf8)) }
  }

  /// Disables every enabled extension except those in `excepted`, and marks again those that have lost their mark.
  package func on(except excepted: [String], by user: String, at time: String) -> Step {
    var step = Step()
    for object in objects {
      let installation = Installation(object)
      let name = installation.extension
      if excepted.contains(name) || installation.isBeingDeleted { continue }
      let mark: Value = ["since": .string(time), "by": .string(user), "version": .string(installation.version)]
      if annotatedSwitch.hasLostMark(object) {
        step.writes.append(.init(name, annotatedSwitch.remember(object, mark: JSON.text(mark))))
        step.effects.append(Plan.Effect(.note, "\(name) is disabled already, and its mark is written again"))
      }
      guard installation.isEnabled else { continue }
      step.writes.append(.init(name, annotatedSwitch.off(object, mark: JSON.text(mark))))
      step.effects.append(Plan.Effect(.changed, "\(name) \(installation.version): enabled → disabled"))
      if let reason = SwitchVerdict(installation).sentence(name) {
        step.notes.append("\(reason); ksx disable \(name) --now --climb state takes it out of service")
      }
    }
    return step
  }

  /// Enables what safe mode disabled, and notes what others have changed since.
  package func off() -> Step {
    var step = Step()
    for object in objects where annotatedSwitch.hasDisabled(object) {
      let installation = Installation(object)
      let name = installation.extension
      let former = mark(of: object)?["version"]?.string ?? installation.version
      if former != installation.version {
        step.notes.append("\(name) has been changed from \(former) to \(installation.version) meanwhile")
      }
      if installation.isEnabled {
        step.writes.append(.init(name, annotatedSwitch.forget(object)))
        step.notes.append("\(name) has been enabled by another meanwhile")
      } else {
        step.writes.append(.init(name, annotatedSwitch.on(object)))
        step.effects.append(Plan.Effect(.changed, "\(name) \(installation.version): disabled → enabled"))
      }
    }
    step.notes += changesByOthers
    return step
  }

  private var changesByOthers: [Sentence] {
    remembered.compactMap { name in
      guard let object = objects.first(where: { Installation($0).extension == name }) else {
        return "\(name) has been uninstalled meanwhile"
      }
      guard !annotatedSwitch.hasDisabled(object), !Installation(object).isEnabled else { return nil }
      return "\(name) is disabled by another, and stays so"
    }
  }
}
