import NIOCore

/// The open connections of a server.
package actor Connections {
  private var channels: [ObjectIdentifier: any Channel] = [:]
  private var watchers: [Int: CheckedContinuation<Void, Never>] = [:]
  private var lastWatcher = 0
  /// Incremented with every connection, so that one that came and went is noticed.
  private var arrivals = 0
  private var isClosed = false

  package var count: Int { channels.count }

  func add(_ channel: any Channel) {
    // A connection may be accepted just before the listener is closed.
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

  /// Asks every connection to end after its response, and closes those that are still open after `grace`.
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

/// The event that every connection receives when the server stops.
struct ServerStops: Hashable, Sendable {}
