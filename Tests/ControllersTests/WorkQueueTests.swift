import Client
import HTTP
import KubernetesAPI
import Platform
import TestSupport
import Testing

@testable import Controllers

/// Fails a few times for each object, then is content.
private final class Flaky: Reconciler {
  private let rest: Locked<[String: Int]>
  private let report: @Sendable (String) -> Void

  init(failures: [String: Int], report: @escaping @Sendable (String) -> Void = { _ in }) {
    rest = Locked(failures)
    self.report = report
  }

  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult {
    report(name)
    let fails = rest.withLock { rest in
      let left = rest[name, default: 0]
      rest[name] = left - 1
      return left > 0
    }
    if fails { throw .failed("not yet") }
    report("\(name) is done")
    return .whenChanged
  }
}

@Suite struct WorkQueueTests {
  @Test func namesComeInOrderAndOnce() {
    var names = OrderedNames()
    for name in ["b", "a", "b", "c", "a"] { names.append(name) }

    var taken: [String] = []
    while let name = names.popFirst() { taken.append(name) }
    names.append("a")

    #expect(taken == ["b", "a", "c"])
    #expect(names.popFirst() == "a")
    #expect(names.isEmpty)
  }

  @Test func takingFromManyNamesKeepsTheirOrder() {
    var names = OrderedNames()
    for number in 0..<10_000 { names.append("\(number)") }

    #expect((0..<10_000).allSatisfy { names.popFirst() == "\($0)" })
    #expect(names.popFirst() == nil)
  }

  @Test func nothingIsGivenOutBeforeTheCachesAreFull() async {
    let queue = WorkQueue(caches: 2)
    await queue.add("a")
    let taken = Locked<[String]>([])
    let worker = Task {
      while let name = await queue.next() { taken.withLock { $0.append(name) } }
    }

    await queue.fill(0)
    await queue.add("b")
    let early = taken.withLock { $0 }
    await queue.fill(1)
    let end = ContinuousClock.now + TestTimeout.usual
    while taken.withLock({ $0.count }) < 2, ContinuousClock.now < end { await Task.yield() }
    await queue.close()
    await worker.value

    #expect(early.isEmpty)
    #expect(taken.withLock { $0 } == ["a", "b"])
  }

  @Test func theBackOffOfAnObjectGrowsAcrossWorkers() async {
    let queue = WorkQueue()

    let delays = [await queue.failed("a").delay, await queue.failed("a").delay, await queue.failed("a").delay]
    let other = await queue.failed("b").delay
    await queue.done("a", result: .whenChanged)
    let anew = await queue.failed("a").delay
    for _ in 0..<20 { _ = await queue.failed("b") }
    let longest = await queue.failed("b").delay
    await queue.close()

    #expect(delays == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
    #expect(other == .milliseconds(50))
    #expect(anew == .milliseconds(50))
    #expect(longest == .seconds(60))
  }

  @Test func fourWorkersBackOffAsOne() async {
    let (lines, report) = AsyncStream<String>.makeStream()
    let controller = Controller(
      title: "test", reconciler: Flaky(failures: ["a": 4]) { report.yield($0) },
      triggers: [
        Trigger { feed in
          await feed.add(["a"])
          await feed.fill()
        }
      ],
      workers: 4, report: { report.yield($0) })
    let running = Task { await controller.run() }

    var seen: [String] = []
    for await line in lines where line != "a" {
      seen.append(line)
      if line == "a is done" { break }
    }
    running.cancel()
    await running.value

    let delays = [0.05, 0.1, 0.2, 0.4].map { "test a: not yet; again in \($0) seconds" }
    #expect(seen == delays + ["a is done"])
  }

  @Test func whatIsPutOffComesWhenItsTimeHasCome() async {
    let queue = WorkQueue()
    await queue.add("late", after: .milliseconds(40))
    await queue.add("early", after: .milliseconds(1))
    await queue.add("late", after: .seconds(3_600))

    let names = [await queue.next(), await queue.next()]
    await queue.close()

    #expect(names == ["early", "late"])
  }

  @Test func puttingOffAgainAndAgainLeavesNoTaskBehind() async {
    let queue = WorkQueue()
    for _ in 0..<1_000 {
      await queue.add("a", after: .seconds(60))
      await queue.add("a")
      let name = await queue.next() ?? ""
      await queue.done(name, result: .whenChanged)
    }

    #expect(await queue.alarmCount == 1)
    await queue.close()
  }
}
