import Glibc
import Platform
import Testing

@testable import Client

/// An actor that blocks its thread as a database does.
private actor Blocking {
  private nonisolated let executor = ThreadExecutor()

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init() { executor.start() }

  deinit { executor.stop() }

  func thread() -> UInt { UInt(pthread_self()) }

  /// Reads one byte of a pipe.
  func read(_ descriptor: Int32) -> Int {
    var byte: UInt8 = 0
    return Glibc.read(descriptor, &byte, 1)
  }
}

@Suite struct ThreadExecutorTests {
  @Test func allJobsOfAnActorRunOnOneThreadOfItsOwn() async {
    let (one, other) = (Blocking(), Blocking())

    let threads = [await one.thread(), await one.thread(), await other.thread()]

    #expect(threads[0] == threads[1])
    #expect(threads[0] != threads[2])
  }

  @Test func blockedThreadsLeaveThePoolToOthers() async {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    // More of them than the pool has threads anywhere this runs.
    let count = 200
    let blocked = (0..<count).map { _ in
      let actor = Blocking()
      return Task { await actor.read(readEnd) }
    }
    let free = await Task.detached { 42 }.value

    write(writeEnd, [UInt8](repeating: 0, count: count), count)

    #expect(free == 42)
    for task in blocked { #expect(await task.value == 1) }
    close(readEnd)
    close(writeEnd)
  }

  @Test func theThreadIsCalledWhenTheTimeItGaveIsOver() async {
    let executor = ThreadExecutor()
    let (calls, report) = AsyncStream<Void>.makeStream()
    executor.start {
      report.yield()
      return .milliseconds(1)
    }

    var count = 0
    for await _ in calls {
      count += 1
      if count == 5 { break }
    }
    executor.stop()

    #expect(count == 5)
  }
}
