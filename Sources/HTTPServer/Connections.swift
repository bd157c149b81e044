import NIOCore

/// Who is connected.
package actor Connections {
  private var channels: [ObjectIdentifier: any Channel] = [:]
  private var watchers: [Int: CheckedContinuation<Void, Never>] = [:]
  private var lastWatcher = 0
  /// Grows with every arrival, so that a silence can be told from a short visit.
  private var arrivals = 0
  private var isClosed = false

  package var count: Int { channels.count }

  func add(_ channel: any Channel) {
    // One that was accepted just before the listener was closed.
    guard !isClosed else { return channel.close(promise: nil) }
    let id = ObjectIdentifier(channel)
    channels[id] = channel
    arrivals += 1
    channel.closeFuture.whenComplete { _ in Task { await self.remove(id) } }
  }

  private func remove(_ id: ObjectIdentifier) {
    channels[id] = nil
    guard channels.isEmpty else { return }
    for watcher in watchers.values { watcher.resume() }
    watchers = [:]
  }

  /// Returns when no client has been connected for `silence`, or when the task is cancelled.
  package func untilEmpty(for silence: Duration) async {
    while !Task.isCancelled {
      await untilEmpty()
      let seen = arrivals
      try? await Task.sleep(for: silence)
      if channels.isEmpty && arrivals == seen { return }
    }
  }

  private func untilEmpty() async {
    guard !channels.isEmpty else { return }
    lastWatcher += 1
    let id = lastWatcher
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard !Task.isCancelled else { return continuation.resume() }
        watchers[id] = continuation
      }
    } onCancel: {
      Task { await self.giveUp(id) }
    }
  }

  private func giveUp(_ id: Int) {
    watchers.removeValue(forKey: id)?.resume()
  }

  /// Asks every connection to end once its answer is sent, and ends those that have not after `grace`.
  func close(grace: Duration) async {
    isClosed = true
    for channel in channels.values { channel.pipeline.fireUserInboundEventTriggered(ServerStops()) }
    let alarm = Task {
      try? await Task.sleep(for: grace)
      self.cut()
    }
    await untilEmpty()
    alarm.cancel()
  }

  private func cut() {
    for channel in channels.values { channel.close(promise: nil) }
  }
}

/// Told to every connection when the server stops.
struct ServerStops: Hashable, Sendable {}
