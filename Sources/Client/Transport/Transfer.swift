import CCurl

/// One request under way.
///
/// Confined to the curl loop.
final class Transfer {
  typealias Waiter = CheckedContinuation<Result<HTTPResponse, TransportError>, Never>

  let id: Int
  let handle: EasyHandle
  let call: CurlCall
  private let loop: CurlLoop
  private var whenStarted: Waiter?
  private let buffer = BodyBuffer()
  private var headers = HTTPHeaders()

  init(_ call: CurlCall, on loop: CurlLoop, id: Int, handle: EasyHandle, whenStarted: Waiter) {
    self.call = call
    self.loop = loop
    self.id = id
    self.handle = handle
    self.whenStarted = whenStarted
  }

  /// Tells libcurl everything; what it does not take is returned as a problem.
  func prepare() -> String? {
    handle.keep(id)
    handle.collectMessages()
    let context = Unmanaged.passUnretained(self).toOpaque()
    handle.set(CURLOPT_WRITEDATA, context)
    handle.set(CURLOPT_HEADERDATA, context)
    handle.set(CURLOPT_WRITEFUNCTION, receiveBody)
    handle.set(CURLOPT_HEADERFUNCTION, receiveHeader)
    return handle.configure(for: call)
  }

  /// Says that the transfer is over, to whoever waits for its head or reads its body.
  func finish(_ error: TransportError?) {
    buffer.finish(error)
    guard let whenStarted else { return }
    self.whenStarted = nil
    whenStarted.resume(returning: .failure(error ?? .interrupted(reason: "the connection ended before an answer")))
  }

  func error(for code: CURLcode) -> TransportError? {
    guard code != CURLE_OK else { return nil }
    return CurlFailure(code: code, handle: handle, call: call).error
  }

  fileprivate func receive(body bytes: UnsafeRawBufferPointer) -> Int {
    buffer.add(bytes) ? bytes.count : Int(CURL_WRITEFUNC_PAUSE)
  }

  fileprivate func receive(header bytes: UnsafeRawBufferPointer) -> Int {
    // Fields after the body (trailers) are nothing a client here needs.
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

  /// The header section is complete.
  ///
  /// An interim response has its own, so wait for the final one.
  private func respond() {
    let status = handle.number(CURLINFO_RESPONSE_CODE)
    guard status >= 200, let whenStarted else { return }
    self.whenStarted = nil
    let reader = BodyReader(buffer, id: id, loop: loop)
    let body = HTTPBody { { () async throws(TransportError) in try await reader.next() } }
    whenStarted.resume(returning: .success(HTTPResponse(status: status, headers: headers, body: body)))
  }
}

// libcurl calls these on its own thread. At file level: a closure literal given to C could be
// taken for the code of another actor and die there.

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

/// The transfer whose address was given to libcurl.
private func transfer(at context: UnsafeMutableRawPointer?) -> Transfer {
  guard let context else { fatalError("libcurl lost the context") }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}
