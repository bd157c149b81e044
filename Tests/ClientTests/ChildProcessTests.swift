import TestSupport
import Testing

@testable import Client
@testable import Platform

@Suite(.endsInTime)
struct ChildProcessTests {
  @Test func aChildGetsItsInputAndGivesBothOutputs() async throws {
    var child = ChildProcess(["sh", "-c", "cat; echo wrong >&2; exit 3"])
    child.input = Array("hello".utf8)

    let outcome = try await child.run()

    #expect(outcome.end == .exited(3))
    #expect(outcome.outputText == "hello")
    #expect(outcome.errorText == "wrong\n")
  }

  @Test func aLargeInputGoesThroughWhileTheOutputComesBack() async throws {
    var child = ChildProcess(["cat"])
    child.input = Array(repeating: 65, count: 4 << 20)

    #expect(try await child.run().output.count == 4 << 20)
  }

  @Test func aChildThatReadsNothingIsNoHarm() async throws {
    var child = ChildProcess(["true"])
    child.input = Array(repeating: 65, count: 1 << 20)

    #expect(try await child.run().end == .exited(0))
  }

  @Test func aMissingProgramIsAnError() async {
    await #expect(throws: SystemError.self) { try await ChildProcess(["ksx-no-such-program"]).run() }
  }

  @Test func aChildThatTakesTooLongIsEnded() async throws {
    var child = ChildProcess(["sh", "-c", "echo begun; sleep 60"])
    child.timeout = .milliseconds(200)

    let outcome = try await child.run()

    #expect(outcome.end == .timedOut)
    #expect(outcome.outputText == "begun\n")
  }

  @Test func aChildThatWillNotEndIsKilled() async throws {
    var child = ChildProcess(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"])
    child.timeout = .milliseconds(100)

    #expect(try await child.run().end == .timedOut)
  }

  @Test func cancellingTheTaskEndsTheChild() async throws {
    let hasBegun = Locked(false)
    var child = ChildProcess(["sh", "-c", "echo begun; sleep 60"])
    child.whenPrinted = { _ in hasBegun.withLock { $0 = true } }
    let task = Task { [child] in try await child.run() }
    await eventually { hasBegun.withLock { $0 } }

    task.cancel()

    #expect(try await task.value.end == .cancelled)
  }

  @Test func aGrandchildThatKeepsThePipeIsNotWaitedFor() async throws {
    let outcome = try await ChildProcess(["sh", "-c", "sleep 5 & echo done"]).run()

    #expect(outcome.end == .exited(0))
    #expect(outcome.outputText == "done\n")
  }

  @Test func whatIsTooLongLosesItsMiddle() async throws {
    var child = ChildProcess(["sh", "-c", "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo last"])
    child.outputLimit = 10_000

    let outcome = try await child.run()

    #expect(outcome.output.count < 20_000)
    #expect(outcome.outputText.hasPrefix("first\n"))
    #expect(outcome.outputText.hasSuffix("last\n"))
  }

  @Test func theEnvironmentIsTheOneGiven() async throws {
    let child = ChildProcess(["/bin/sh", "-c", "echo $WHO-$HOME"], environment: ["WHO": "ksx"])

    #expect(try await child.run().outputText == "ksx-\n")
  }

  @Test func manyChildrenAtOnceEachKeepTheirOwnPipes() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<30 {
        group.addTask {
          var child = ChildProcess(["cat"])
          child.input = Array("\(number)".utf8)
          let outcome = try await child.run()
          #expect(outcome.outputText == "\(number)")
        }
      }
      try await group.waitForAll()
    }
  }
}
