import CCurl
import HTTP
import Platform

/// Owns libcurl: one multi handle, one thread and all easy handles.
///
/// The actor's executor *is* that thread, so the compiler checks that handles
/// are used only on it. A job for the actor wakes the thread from `curl_multi_poll`.
actor CurlLoop {
  /// For requests, which may share a connection (HTTP/2).
  static let requests = CurlLoop(isShared: true)
  /// For streams, each with an HTTP/1.1 connection of its own.
  ///
  /// Separate from `requests` because libcurl 7.88 keeps one flag for all connections to a host: once it has seen
  /// HTTP/2 there, it puts a request on the busy HTTP/1.1 connection of a watch, and no response arrives.
  static let streams = CurlLoop(isShared: false)

  private nonisolated let thread: CurlThread
  private var transfers: [Int: Transfer] = [:]
  private var idle: [EasyHandle] = []
  private var lastID = 0
  /// The earliest time at which a transfer may have been silent for too long.
  private var nextLook: ContinuousClock.Instant?
  /// `nil` if transfers do not share connections.
  private var polling: SharedConnectionPolling?

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  init(isShared: Bool) {
    thread = CurlThread()
    polling = isShared ? SharedConnectionPolling() : nil
    thread.start { [unowned self] in self.assumeIsolated { $0.perform() } }
  }

  /// Starts a request and returns when the head of its response has arrived.
  func start(_ call: CurlCall) async throws(TransportError) -> HTTPResponse {
    lastID += 1
    let id = lastID
    let result = await withTaskCancellationHandler {
      // The transfer is created with the continuation it will resume: there is
      // no moment at which it runs without a waiter.
      await withCheckedContinuation { waiter in
        let transfer = Transfer(
          call, on: self, id: id, handle: idle.popLast() ?? EasyHandle(), whenStarted: waiter)
        // If the task was cancelled earlier, `cancel` found no transfer to stop.
        if Task.isCancelled { transfer.finish(.cancelled) } else { begin(transfer) }
      }
    } onCancel: {
      Task { await self.cancel(id) }
    }
    return try result.get()
  }

  private func begin(_ transfer: Transfer) {
    if let problem = transfer.prepare() {
      transfer.finish(.invalid(reason: problem))
      return
    }
    transfers[transfer.id] = transfer
    curl_multi_add_handle(thread.multi, transfer.handle.easy)
    look(at: transfer.deadline)
  }

  /// Cancels a transfer; does nothing if it has already ended.
  func cancel(_ id: Int) {
    guard let transfer = detach(id) else { return }
    // The handle is not recycled, because its transfer was cut off.
    transfer.finish(.cancelled)
  }

  /// Resumes a transfer that was paused because its reader had fallen behind.
  func resume(_ id: Int) {
    guard let transfer = transfers[id] else { return }
    transfer.resume()
    look(at: transfer.deadline)
  }

  private func look(at deadline: ContinuousClock.Instant?) {
    guard let deadline else { return }
    nextLook = min(nextLook ?? deadline, deadline)
  }

  /// Advances all transfers; the thread calls this between polls.
  ///
  /// Returns how long the thread may wait if no data arrives; `nil` for no limit.
  private func perform() -> Duration? {
    var running: Int32 = 0
    curl_multi_perform(thread.multi, &running)
    var left: Int32 = 0
    var hasEnded = false
    while let message = curl_multi_info_read(thread.multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE else { continue }
      let result = ksx_curl_message_result(message)
      guard let id = EasyHandle.number(of: message.pointee.easy_handle), let transfer = detach(id) else { continue }
      transfer.finish(transfer.error(for: result))
      recycle(transfer.handle)
      hasEnded = true
    }
    let silence = endSilence()
    let wait = polling?.wait(for: transfers.count, hasMoved: hasEnded)
    return [silence, wait].compactMap { $0 }.min()
  }

  /// Times out transfers that were silent for too long; returns the time until the next may be.
  private func endSilence() -> Duration? {
    guard let look = nextLook else { return nil }
    let now = ContinuousClock.now
    if look <= now {
      nextLook = nil
      for transfer in Array(transfers.values) {
        guard let deadline = transfer.deadline else { continue }
        if deadline <= now { detach(transfer.id)?.giveUp() } else { self.look(at: deadline) }
      }
    }
    return nextLook.map { $0 - now }
  }

  private func detach(_ id: Int) -> Transfer? {
    guard let transfer = transfers.removeValue(forKey: id) else { return nil }
    curl_multi_remove_handle(thread.multi, transfer.handle.easy)
    return transfer
  }

  private func recycle(_ handle: EasyHandle) {
    guard idle.count < 16 else { return }
    handle.reset()
    idle.append(handle)
  }
}
