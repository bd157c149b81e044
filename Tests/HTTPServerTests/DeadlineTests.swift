import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

/// Times by which something must have happened, on a clock that a test turns.
@Suite struct DeadlineTests {
  private final class Count { var value = 0 }

  /// A deadline, its event loop and how often it was reached.
  private func made() -> (Deadline, EmbeddedEventLoop, Count) {
    let (loop, count) = (EmbeddedEventLoop(), Count())
    return (Deadline(on: loop) { count.value += 1 }, loop, count)
  }

  @Test func itIsReachedOnceItsTimeHasCome() {
    let (deadline, loop, count) = made()

    deadline.set(within: .seconds(5))
    loop.advanceTime(by: .seconds(4))
    #expect(count.value == 0)
    loop.advanceTime(by: .seconds(2))

    #expect(count.value == 1)
    loop.advanceTime(by: .seconds(60))
    #expect(count.value == 1)
  }

  @Test func whatHappensInTimeMovesItOrTakesItAway() {
    let (deadline, loop, count) = made()

    deadline.set(within: .seconds(5))
    loop.advanceTime(by: .seconds(4))
    deadline.set(within: .seconds(5))
    loop.advanceTime(by: .seconds(4))
    #expect(count.value == 0)
    deadline.clear()
    loop.advanceTime(by: .seconds(60))
    #expect(count.value == 0)
    deadline.set(within: .seconds(1))
    loop.advanceTime(by: .seconds(1))

    #expect(count.value == 1)
  }

  @Test func aNearerTimeIsNotMissedForOneFarAway() {
    let (deadline, loop, count) = made()

    deadline.set(within: .seconds(300))
    deadline.set(within: .seconds(1))
    loop.advanceTime(by: .seconds(1))

    #expect(count.value == 1)
  }

  @Test func itKeepsNothingAlive() {
    let loop = EmbeddedEventLoop()
    weak var kept: Deadline?
    do {
      let deadline = Deadline(on: loop) {}
      deadline.set(within: .seconds(5))
      kept = deadline
    }

    #expect(kept == nil)
    loop.advanceTime(by: .seconds(6))
  }
}
