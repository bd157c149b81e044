import Extensions
package import Platform

/// How long a cancellation is waited for.
package struct CancellationPace: Sendable {
  /// Seconds after the last step for which the controllers are watched that finish it; with `isWhole`, in which all
  /// must be done.
  let timeout: Int
  let isWhole: Bool
  let timing: Timing

  package init(timeout: Int, isWhole: Bool, timing: Timing) {
    (self.timeout, self.isWhole, self.timing) = (timeout, isWhole, timing)
  }

  /// In seconds: how long a step may take to show an effect while others are to follow it.
  ///
  /// A Job that is ended counts as failed once its pod is gone, and a pod has 30 s to go (Kubernetes: Pod Lifecycle).
  /// The controllers' own part takes moments.
  static let longestStep = 60
}

/// What a cancellation has done so far, and for how long nothing has changed.
struct CancellationCourse: Sendable {
  private let pace: CancellationPace
  private let began: Duration
  private var lastStep: Cancellation.Step?
  private var lastStepTime: Duration
  private var hasResynced = false
  /// The installation as it was when its spec was put back; `nil` before that.
  ///
  /// Controllers that write the object from an older copy may remove the annotations of that write.
  private(set) var cancelled: Installation?
  private var resourceVersion = ""
  private var seenSince: Duration

  init(_ pace: CancellationPace) {
    self.pace = pace
    began = pace.timing.now()
    (lastStepTime, seenSince) = (began, began)
  }

  /// `facts` with what follows from those before.
  mutating func completed(_ facts: Cancellation.Facts) -> Cancellation.Facts {
    var facts = facts
    let now = pace.timing.now()
    if facts.installation.resourceVersion != resourceVersion {
      (resourceVersion, seenSince) = (facts.installation.resourceVersion, now)
    }
    facts.isStill = now - seenSince >= .seconds(ChangeProgress.secondTryDelay)
    facts.hasResynced = hasResynced
    return facts
  }

  /// Whether `step` was the last one, so that its effect is waited for.
  func hasTaken(_ step: Cancellation.Step) -> Bool { step == lastStep }

  mutating func took(_ step: Cancellation.Step, at installation: Installation) {
    (lastStep, lastStepTime) = (step, pace.timing.now())
    if step == .putBack { cancelled = installation }
    if step == .resyncFromRelease { hasResynced = true }
  }

  /// The end if it is waited for no longer at `step`; `isGoingOn` is whether the controllers finish it alone.
  func end(at step: Cancellation.Step, _ facts: Cancellation.Facts, isGoingOn: Bool) -> CancellationEnd? {
    let passed = pace.timing.now() - (pace.isWhole ? began : lastStepTime)
    let timeout = pace.isWhole || isGoingOn ? pace.timeout : max(pace.timeout, CancellationPace.longestStep)
    guard passed >= .seconds(timeout) else { return nil }
    return .quiet(seconds: timeout, isGoingOn: isGoingOn, facts)
  }
}
