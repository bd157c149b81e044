/// What a watch finds when it looks.
enum News: Sendable {
  /// Events up to a version, or none by the time it was given.
  case events([Event], upTo: Int)
  /// The place where it was is no longer remembered.
  case forgotten(oldest: Int)
}

/// A watch that has seen everything and waits.
struct Waiter {
  var selection: Selection
  var wake: CheckedContinuation<Int, Never>
  var alarm: Task<Void, Never>
}

extension API {
  /// How many events are taken at a time; the reader comes back for the rest.
  private static let batch = 64

  /// What happened to the selected objects after `version`, waiting until something has or `deadline` comes.
  func news(
    after version: Int, for selection: Selection, until deadline: ContinuousClock.Instant
  ) async -> News {
    let news = look(after: version, for: selection)
    guard case .events(let events, let seen) = news, events.isEmpty else { return news }
    guard ContinuousClock.now < deadline, !Task.isCancelled else { return news }
    precondition(seen == store.version, "a watch stopped before the end")
    return look(after: await wait(for: selection, until: deadline), for: selection)
  }

  private func look(after version: Int, for selection: Selection) -> News {
    guard let changes = store.history.changes(after: version) else { return .forgotten(oldest: store.history.oldest) }
    var events: [Event] = []
    for change in changes {
      guard let event = selection.view(of: change) else { continue }
      events.append(event)
      if events.count == Self.batch { return .events(events, upTo: change.version) }
    }
    return .events(events, upTo: store.version)
  }

  /// Waits for a change of the selected objects; the version to look after.
  ///
  /// Changes of other objects do not wake, and the version that is returned lies behind them.
  private func wait(for selection: Selection, until deadline: ContinuousClock.Instant) async -> Int {
    let id = nextWaiterID()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // A cancellation that came first found nobody to wake.
        guard !Task.isCancelled else { return continuation.resume(returning: store.version) }
        let alarm = Task {
          try? await Task.sleep(until: deadline, clock: .continuous)
          self.wake(id)
        }
        waiters[id] = Waiter(selection: selection, wake: continuation, alarm: alarm)
      }
    } onCancel: {
      Task { await self.wake(id) }
    }
  }

  private func wake(_ id: Int) {
    waiters.removeValue(forKey: id)?.wake.resume(returning: store.version)
  }

  /// Wakes those whom `change` concerns.
  func announce(_ change: Change) {
    for (id, waiter) in waiters where waiter.selection.view(of: change) != nil {
      waiters[id] = nil
      waiter.alarm.cancel()
      waiter.wake.resume(returning: change.version - 1)
    }
  }
}
