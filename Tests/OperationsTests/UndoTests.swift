import Extensions
import Platform
import Testing

@testable import Operations

/// What takes the last change back.
@Suite struct UndoTests {
  private static let old = RequestedSpec(version: "1.0.0", config: "a: 1\n")
  private static let new = RequestedSpec(version: "1.1.0", config: "a: 2\n")

  private func undo(
    _ before: RequestedSpec?, _ after: RequestedSpec?, now installation: Installation?
  ) -> Undo {
    let lines = [
      HistoryLine("whizard", at: "noon", .spec(before: before, after: after)),
      HistoryLine("other", at: "later", .spec(before: nil, after: nil)),
    ]
    return Undo("whizard", after: lines.compactMap { HistoryLine(bytes: $0.bytes) }, now: installation)
  }

  private func installed(_ spec: RequestedSpec) -> Installation {
    Sample.installation(
      "Installed", wanted: spec.version, config: spec.config, isEnabled: spec.isEnabled, clusters: spec.clusters)
  }

  @Test func eachChangeHasItsInverse() {
    var off = Self.old
    off.isEnabled = false
    var placed = Self.old
    placed.clusters = ["east"]
    var configured = Self.old
    configured.config = "a: 3\n"
    let rows: [(RequestedSpec?, RequestedSpec?, Change)] = [
      (Self.old, Self.new, .rollback(to: "1.0.0", config: "a: 1\n")), (Self.old, off, .enable),
      (off, Self.old, .disable), (Self.old, placed, .place(on: [])), (placed, Self.old, .place(on: ["east"])),
      (Self.old, configured, .configure(config: "a: 1\n")), (nil, Self.old, .uninstall),
      (Self.old, nil, .install(version: "1.0.0", config: "a: 1\n")),
    ]

    for (before, after, change) in rows {
      #expect(undo(before, after, now: after.map(installed)) == .change(change))
    }
  }

  @Test func whatWasChangedSinceIsNotUndone() {
    let meanwhile = Sample.installation("Installed", wanted: "1.2.0", config: "a: 9\n", isEnabled: false)

    #expect(
      undo(Self.old, Self.new, now: meanwhile)
        == .refused(
          "whizard has been changed since ksx changed it (noon): version 1.2.0 instead of 1.1.0, another config, disabled"
        ))
    #expect(
      undo(Self.old, nil, now: meanwhile)
        == .refused("whizard was uninstalled from here (noon), and has been installed again since"))
    #expect(
      undo(Self.old, Self.new, now: nil) == .refused("whizard is not installed any more; ksx history tells what was"))
  }

  @Test func withoutAHistoryThereIsNothingToUndo() {
    #expect(
      Undo("whizard", after: [], now: installed(Self.old))
        == .refused("nothing about whizard was changed from here that could be undone"))
  }
}
