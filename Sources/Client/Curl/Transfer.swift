import CCurl
import Glibc
import HTTP
import Platform

/// A request in progress.
///
/// Used only on the thread of the curl loop.
final class Transfer {
  typealias Waiter = CheckedContinuation<Result<HTTPResponse, TransportError>, Never>

  let id: Int
  let handle: EasyHandle
  let call: CurlCall
  private let loop: CurlLoop
  private var whenStarted: Waiter?
  private let buffer = BodyBuffer()
  private var headers = HTTPHeaders()
  private var silence: SilenceTimer

  init(_ call: CurlCall, on loop: CurlLoop, id: Int, handle: EasyHandle, whenStarted: Waiter) {
    self.call = call
    self.loop = loop
    self.id = id
    self.handle = handle
    self.whenStarted = whenStarted
    silence = SilenceTimer(allowed: call.longestSilence)
  }

  /// When the transfer times out unless bytes are transferred.
  var deadline: ContinuousClock.Instant? { silence.deadline }

  /// Configures the handle; returns the problem if libcurl cannot send the request.
  func prepare() -> Sentence? {
    handle.keep(id)
    handle.collectMessages()
    let context = Unmanaged.passUnretained(self).toOpaque()
    handle.set(CURLOPT_WRITEDATA, context)
    handle.set(CURLOPT_HEADERDATA, context)
    handle.set(CURLOPT_WRITEFUNCTION, receiveBody)
    handle.set(CURLOPT_HEADERFUNCTION, receiveHeader)
    handle.set(CURLOPT_SOCKOPTDATA, context)
    _ = ksx_curl_set_socket_option(handle.easy, CURLOPT_SOCKOPTFUNCTION, tuneSocket)
    if !call.request.body.isEmpty, deadline != nil {
      handle.set(CURLOPT_NOPROGRESS, 0)
      handle.set(CURLOPT_XFERINFODATA, context)
      _ = ksx_curl_set_progress(handle.easy, CURLOPT_XFERINFOFUNCTION, noteProgress)
    }
    return handle.configure(for: call)
  }

  /// Ends the transfer: resumes the caller that waits for the response's head or reads its body.
  func finish(_ error: TransportError?) {
    buffer.finish(error)
    guard let whenStarted else { return }
    self.whenStarted = nil
    whenStarted.resume(returning: .failure(error ?? .interrupted(reason: "the connection ended before an answer")))
  }

  /// Ends the transfer because it was silent for too long.
  func giveUp() {
    finish(CurlFailure(code: CURLE_OPERATION_TIMEDOUT, handle: handle, call: call).silence)
  }

  /// Resumes a transfer that was paused because its reader had fallen behind.
  func resume() {
    silence.end()
    curl_easy_pause(handle.easy, CURLPAUSE_CONT)
  }

  func error(for code: CURLcode) -> TransportError? {
    guard code != CURLE_OK else { return nil }
    return CurlFailure(code: code, handle: handle, call: call).error
  }

  fileprivate func receive(body bytes: UnsafeRawBufferPointer) -> Int {
    guard buffer.add(bytes) else {
      // From now on this side keeps the peer waiting.
      silence.suspend()
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    silence.end()
    return bytes.count
  }

  fileprivate func note(uploaded: Int) { silence.note(uploaded: uploaded) }

  /// Makes the kernel detect a peer or a network path that fails without closing the connection.
  fileprivate func tune(_ socket: Int32) {
    // A program that replaces this one, or that it starts, has no use for it.
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
      var value = value
      // Fails on a unix socket, which needs no keepalive.
      setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    let keepalive = call.connection.keepalive
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, keepalive.idle)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, keepalive.interval)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, keepalive.probes)
    // Without it a shared connection to a dead peer would accept requests for a quarter of an hour.
    set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, keepalive.interval * keepalive.probes * 1000)
  }

  fileprivate func receive(header bytes: UnsafeRawBufferPointer) -> Int {
    silence.end()
    // Trailers (fields after the body) are not needed.
    guard whenStarted != nil else { return bytes.count }
    var line = String(decoding: bytes, as: UTF8.self)[...]
    while let last = line.unicodeScalars.last, last == "\r" || last == "\n" { line.unicodeScalars.removeLast() }
    if line.isEmpty {
      respond()
    } else if line.hasPrefix("HTTP/") {
      headers = HTTPHeaders()
    } else if let colon = line.firstIndex(of: ":") {
      headers.add(String(line[..<colon]), line[line.index(after: colon)...].trimmed())
    }
    return bytes.count
  }

  /// Resumes the caller at the end of a header section.
  ///
  /// An interim response has a header section of its own, so this waits for the final one.
  private func respond() {
    let status = handle.number(CURLINFO_RESPONSE_CODE)
    guard status >= 200, let whenStarted else { return }
    self.whenStarted = nil
    let reader = BodyReader(buffer, id: id, loop: loop)
    let body = HTTPBody { { () async throws(TransportError) in try await reader.next() } }
    whenStarted.resume(returning: .success(HTTPResponse(status: status, headers: headers, body: body)))
  }
}

// libcurl calls these on the loop's thread. They are at file level because a closure literal passed
// to C could get the isolation of another actor and trap.

private func receiveBody(
  _ pointer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  transfer(at: context).receive(body: UnsafeRawBufferPointer(start: pointer, count: size * count))
}

private func receiveHeader(
  _ pointer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  transfer(at: context).receive(header: UnsafeRawBufferPointer(start: pointer, count: size * count))
}

private func tuneSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _: curlsocktype) -> Int32 {
  transfer(at: context).tune(socket)
  return Int32(CURL_SOCKOPT_OK)
}

private func noteProgress(
  _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _ uploaded: curl_off_t
) -> Int32 {
  transfer(at: context).note(uploaded: Int(uploaded))
  return 0
}

/// The transfer whose address was given to libcurl.
private func transfer(at context: UnsafeMutableRawPointer?) -> Transfer {
  guard let context else { fatalError("libcurl lost the context") }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}
