import Extensions
import Platform
import TestSupport
import Testing

@testable import Operations

/// How long a cancellation is waited for.
@Suite struct CancellationCourseTests {
  private let clock = TestClock()

  private func course(_ timeout: Int, isWhole: Bool = false) -> CancellationCourse {
    CancellationCourse(CancellationPace(timeout: timeout, isWhole: isWhole, timing: clock.timing))
  }

  private func pass(_ seconds: Int) { clock.advance(.seconds(seconds)) }

  private func facts(_ version: String = "1") -> Cancellation.Facts {
    var installation = Sample.installation("Upgrading", wanted: "1.0.0")
    installation.resourceVersion = version
    return Cancellation.Facts(installation)
  }

  /// The quiet end at `step`: after how many seconds, or `nil`.
  private func end(_ course: CancellationCourse, isGoingOn: Bool, at step: Cancellation.Step = .wait) -> Int? {
    guard case .quiet(let seconds, isGoingOn, _, _)? = course.end(at: step, facts(), isGoingOn: isGoingOn) else {
      return nil
    }
    return seconds
  }

  @Test func whatTheControllersFinishIsWatchedForAMomentAndWhatHasMoreStepsForAMinute() {
    let course = course(5)
    pass(5)
    #expect(end(course, isGoingOn: true) == 5)
    #expect(end(course, isGoingOn: false) == nil)
    pass(54)
    #expect(end(course, isGoingOn: false) == nil)
    pass(1)
    #expect(end(course, isGoingOn: false) == 60)
  }

  @Test func aStepBeginsTheTimeAnew() {
    var course = course(5)
    pass(50)
    course.took(.putBack, at: facts().installation)
    pass(50)
    #expect(end(course, isGoingOn: false) == nil)
    #expect(course.hasTaken(.putBack))
    #expect(!course.hasTaken(.endJob("job-1")))
  }

  /// However many steps there are, and however long each answer takes.
  @Test func aTimeThatWasGivenIsForAll() {
    var course = course(20, isWhole: true)
    pass(15)
    course.took(.putBack, at: facts().installation)
    pass(4)
    #expect(end(course, isGoingOn: true) == nil)
    pass(1)
    #expect(end(course, isGoingOn: true) == 20)
    #expect(end(course, isGoingOn: false) == 20)
  }

  @Test func whatDoesNotChangeForSecondsIsStill() {
    var course = course(5)
    #expect(!course.completed(facts("7")).isStill)
    pass(3)
    #expect(!course.completed(facts("7")).isStill)
    pass(1)
    #expect(course.completed(facts("7")).isStill)
    #expect(!course.completed(facts("8")).isStill)
    #expect(!course.completed(facts("8")).hasResynced)
    course.took(.resyncFromRelease, at: facts().installation)
    #expect(course.completed(facts("8")).hasResynced)
  }
}
