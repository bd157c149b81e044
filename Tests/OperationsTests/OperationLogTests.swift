import Extensions
import KubernetesAPI
import Manifest
import Testing

@testable import Operations

/// What the controllers of ksxd have noted, as a log.
@Suite struct OperationLogTests {
  private func state(_ word: String, _ second: Int) -> Value {
    ["state": .string(word), "lastTransitionTime": .string("10:00:0\(second)")]
  }

  private func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String, _ second: Int) -> Value {
    [
      "type": .string(type), "status": isTrue ? "True" : "False", "reason": .string(reason),
      "message": .string(message), "lastTransitionTime": .string("10:00:0\(second)"),
    ]
  }

  private func texts(_ status: Value) -> [[String]] {
    OperationLog(Object(["status": status])).operations.map { $0.map { "\($0.time) \($0.text)" } }
  }

  @Test func aReasonStandsAtTheLastStateThatItTellsOf() {
    let conditions: Value = [
      condition("Installed", false, "InstallFailed", "timed out", 2),
      condition("Initialized", true, "x", "version 1", 1),
    ]
    let history: Value = [
      state("Preparing", 1), state("InstallFailed", 1), state("Preparing", 2), state("Installing", 2),
      state("InstallFailed", 2), state("InstallFailed", 2),
    ]

    #expect(
      texts(["stateHistory": history, "conditions": conditions]) == [
        ["10:00:01 Preparing: version 1", "10:00:01 InstallFailed"],
        [
          "10:00:02 Preparing", "10:00:02 Installing", "10:00:02 InstallFailed", "10:00:02 InstallFailed: timed out",
        ],
      ])
  }

  @Test func theFirstDesignHasConditionsAlone() {
    let conditions: Value = [
      condition("Upgraded", true, "UpgradeSuccessful", "version 2", 3),
      condition("Initialized", true, "Initialized", "preparing version 2", 2),
      condition("Installed", true, "InstallSuccessful", "version 1", 1),
    ]

    #expect(
      texts(["state": "Installed", "conditions": conditions]) == [
        ["10:00:01 Installed: version 1"],
        ["10:00:02 Preparing: preparing version 2", "10:00:03 Installed: version 2"],
      ])
  }

  @Test func aLogIsCutWhereARevisionBegins() {
    let log = OperationLog(
      text:
        "1 left over\n2 --- revision 3: version 1.0.0\n3 Installing\n3 Installing\n4 --- revision 4: version 1.1.0\n")

    #expect(log.operations.map { $0.map(\.time) } == [["1"], ["2", "3", "3"], ["4"]])
    #expect(log.lines(after: nil).map(\.time) == ["4"])
    #expect(log.lines(after: .init(time: "3", text: "Installing")).map(\.time) == ["4"])
    #expect(OperationLog(text: "").lines(after: nil) == [])
  }

  @Test func whatWasNeverBegunHasNone() {
    #expect(texts([:]) == [])
  }
}
