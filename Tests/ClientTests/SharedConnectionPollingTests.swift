import Testing

@testable import Client

@Suite struct SharedConnectionDoubtTests {
  @Test func libcurlIsBelievedForLongerTheLongerNothingComes() {
    var doubt = SharedConnectionPolling()
    let waits = (0..<7).compactMap { _ in doubt.wait(for: 2, hasMoved: false) }

    #expect(waits == [10, 20, 40, 80, 160, 250, 250].map(Duration.milliseconds))
    #expect(doubt.wait(for: 1, hasMoved: true) == .milliseconds(10))
  }

  @Test func nothingIsLookedForWhereNothingIsUnderWay() {
    var doubt = SharedConnectionPolling()
    _ = doubt.wait(for: 1, hasMoved: false)

    #expect(doubt.wait(for: 0, hasMoved: false) == nil)
    #expect(doubt.wait(for: 1, hasMoved: false) == .milliseconds(10))
  }
}
