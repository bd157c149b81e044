import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// Finding by halving.
@Suite struct BisectTests {
  private static let names = ["a", "b", "c", "d", "e", "f", "g"]

  /// Answers as the trouble would that `culprit` makes, and gives the end and the number of looks.
  private func search(_ names: [String], needs: [String: [String]] = [:], culprit: String?) -> (Bisect.Verdict, Int) {
    var bisect = Bisect(names, needs: needs)
    var looks = 0
    while bisect.verdict == .look, looks < 50 {
      for name in bisect.candidates where !bisect.off.contains(name) {
        #expect((needs[name] ?? []).allSatisfy { !bisect.off.contains($0) }, "\(name) is on without what it needs")
      }
      looks += 1
      bisect.answer(isGone: culprit.map(bisect.off.contains) ?? false)
    }
    return (bisect.verdict, looks)
  }

  @Test(arguments: names)
  func eachIsFound(culprit: String) {
    let (verdict, looks) = search(Self.names, culprit: culprit)

    #expect(verdict == .found(culprit))
    #expect(looks <= 4)
  }

  @Test(arguments: names)
  func eachIsFoundThoughOthersNeedIt(culprit: String) {
    let needs = ["a": ["g"], "b": ["a"], "c": ["g", "f"], "e": ["d"], "f": ["a"]]

    #expect(search(Self.names, needs: needs, culprit: culprit).0 == .found(culprit))
  }

  @Test func whereItIsNoneThatIsSaid() {
    #expect(search(Self.names, culprit: nil).0 == .none)
    #expect(search(["a"], culprit: nil).0 == .none)
    #expect(search([], culprit: nil).0 == .none)
    #expect(search(["a"], culprit: "a").0 == .found("a"))
  }

  @Test func thoseThatNeedEachOtherAreStillHalved() {
    #expect(search(["a", "b"], needs: ["a": ["b"], "b": ["a"]], culprit: nil).0 == .none)
  }

  @Test func aSearchIsKeptAndGoneOnWith() throws {
    var bisect = Bisect(Self.names, needs: ["a": ["g"]])
    bisect.answer(isGone: false)

    let kept = try #require(Bisect(try JSON.parse(JSON.bytes(bisect.value))))
    #expect(kept == bisect)
    #expect(kept.looksLeft == bisect.looksLeft)
  }
}

/// All off but a few.
@Suite struct SafeModeTests {
  private let capabilities = Capabilities(assuming: .installPlan)

  private func object(_ name: String, isEnabled: Bool = true, mark: Value? = nil, version: String = "1.0.0") -> Object {
    var object = Object(
      Dialect.installPlan.installations, name: name,
      annotations: mark.map { [SafeMode.annotation: JSON.text($0)] } ?? [:],
      [
        "spec": ["extension": ["name": .string(name), "version": .string(version)], "enabled": .bool(isEnabled)],
        "status": ["state": "Installed"],
      ])
    object.value = object.value.setting(["metadata", "resourceVersion"], to: "7")
    return object
  }

  private func body(_ write: Write) -> Value? {
    guard case .patch(_, _, _, let body) = write else { return nil }
    return body
  }

  @Test func onePatchSwitchesOffAndRemembers() throws {
    let step = SafeMode([object("a"), object("b"), object("c", isEnabled: false)], capabilities)
      .on(except: ["b"], by: "ada", at: "noon")

    #expect(step.writes.map(\.name) == ["a"])
    let patch = try #require(body(step.writes[0].write))
    #expect(patch["spec"] == ["enabled": false])
    #expect(
      patch[path: "metadata", "annotations", SafeMode.annotation] == #"{"since":"noon","by":"ada","version":"1.0.0"}"#)
    #expect(patch[path: "metadata", "resourceVersion"] == "7")
  }

  @Test func whatIsHeldOffIsSwitchedOnAndWhatOthersDidIsTold() {
    let mark: Value = ["since": "noon", "by": "ada", "version": "1.0.0"]
    let objects = [
      object("held", isEnabled: false, mark: mark), object("turned", mark: mark),
      object("changed", isEnabled: false, mark: mark, version: "1.1.0"), object("theirs", isEnabled: false),
      object("new"),
    ]
    let step = SafeMode(objects, capabilities, remembered: ["held", "gone", "theirs"]).off()

    #expect(step.writes.map(\.name) == ["changed", "held", "turned"])
    #expect(body(step.writes[1].write)?["spec"] == ["enabled": true])
    #expect(body(step.writes[2].write)?["spec"] == nil)
    #expect(
      step.notes == [
        "changed has been changed from 1.0.0 to 1.1.0 meanwhile", "turned has been enabled by another meanwhile",
        "gone has been uninstalled meanwhile", "theirs is disabled by another, and stays so",
      ])
  }

  /// `object` without its mark, disabled by `manager`.
  private func unmarked(_ name: String, by manager: String) -> Object {
    var object = object(name, isEnabled: false)
    let writers: [Value] = [("other", "2026-01-01T00:00:00Z"), (manager, "2026-01-02T00:00:00Z")].map {
      ["manager": .string($0), "time": .string($1), "fieldsV1": ["f:spec": ["f:enabled": [:]]]]
    }
    object.value = object.value.setting(["metadata", "managedFields"], to: .sequence(writers))
    return object
  }

  /// The controllers may have written older annotations back.
  @Test func whatIsRecordedAndWasDisabledByKsxIsHeldThoughItsMarkIsGone() {
    let objects = [unmarked("lost", by: "ksx"), unmarked("theirs", by: "kubectl-patch"), unmarked("new", by: "ksx")]
    let mode = SafeMode(objects, capabilities, remembered: ["lost", "theirs"])

    #expect(mode.held.map(\.name) == ["lost"])
    #expect(mode.off().writes.map(\.name) == ["lost"])
    #expect(mode.off().notes == ["theirs is disabled by another, and stays so"])
    let marked = body(mode.on(except: [], by: "ada", at: "noon").writes[0].write)
    #expect(marked?["spec"] == nil)
    #expect(
      marked?[path: "metadata", "annotations", SafeMode.annotation]
        == #"{"since":"noon","by":"ada","version":"1.0.0"}"#)
  }

  @Test func aSearchEnablesWhatHasLostItsMark() {
    let bisect = Bisect(["lost", "theirs"], needs: [:])
    let objects = [unmarked("lost", by: "ksx"), unmarked("theirs", by: "kubectl-patch"), unmarked("new", by: "ksx")]

    #expect(bisect.restoring(objects, capabilities).writes.map(\.name) == ["lost"])
    #expect(Bisect.restoring(objects, capabilities).writes.isEmpty)
  }

  @Test func whatIsHeldIsListedAndWhatIsUnknownIsNot() {
    let mark: Value = ["since": "noon", "by": "ada", "version": "1.0.0"]
    let mode = SafeMode([object("a", isEnabled: false, mark: mark), object("b")], capabilities)

    #expect(
      mode.held == [SafeMode.Held(name: "a", since: "noon", by: "ada", version: "1.0.0", isOn: false, isServing: false)]
    )
    #expect(mode.unknown(["a", "x"]) == ["x"])
  }
}
