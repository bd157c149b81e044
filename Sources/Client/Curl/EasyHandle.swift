import CCurl

/// A libcurl easy handle and the memory that must live as long as it.
///
/// Used only on the thread of the curl loop.
final class EasyHandle {
  let easy: UnsafeMutableRawPointer
  private let message: UnsafeMutablePointer<CChar>
  private var list: UnsafeMutablePointer<curl_slist>?
  private var connectTo: UnsafeMutablePointer<curl_slist>?

  init() {
    guard let easy = curl_easy_init() else { fatalError("out of memory") }
    self.easy = easy
    message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(easy)
    free()
    message.deallocate()
  }

  /// Clears the request but keeps libcurl's caches of DNS names and TLS sessions.
  func reset() {
    curl_easy_reset(easy)
    free()
    message[0] = 0
  }

  private func free() {
    curl_slist_free_all(list)
    curl_slist_free_all(connectTo)
    list = nil
    connectTo = nil
  }

  func set(_ option: CURLoption, _ value: Int) {
    _ = ksx_curl_set_long(easy, option, value)
  }

  /// False if libcurl rejects the text.
  @discardableResult
  func set(_ option: CURLoption, _ value: String?) -> Bool {
    ksx_curl_set_string(easy, option, value) == CURLE_OK
  }

  func set(_ option: CURLoption, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { _ = ksx_curl_set_blob(easy, option, $0.baseAddress, $0.count) }
  }

  func set(_ option: CURLoption, _ pointer: UnsafeMutableRawPointer?) {
    _ = ksx_curl_set_pointer(easy, option, pointer)
  }

  func set(_ option: CURLoption, _ callback: @escaping ksx_curl_write) {
    _ = ksx_curl_set_write(easy, option, callback)
  }

  func setHeaders(_ lines: [String]) {
    for line in lines { list = curl_slist_append(list, line) }
    _ = ksx_curl_set_list(easy, CURLOPT_HTTPHEADER, list)
  }

  func setConnectTo(_ entry: String) {
    connectTo = curl_slist_append(connectTo, entry)
    _ = ksx_curl_set_list(easy, CURLOPT_CONNECT_TO, connectTo)
  }

  func setBody(_ body: [UInt8]) {
    set(CURLOPT_POSTFIELDSIZE, body.count)
    body.withUnsafeBytes { bytes in
      _ = ksx_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
  }

  func collectMessages() {
    _ = ksx_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
  }

  /// libcurl's error message, or an empty text.
  var problem: String { String(cString: message) }

  func number(_ info: CURLINFO) -> Int {
    var value = 0
    _ = ksx_curl_get_long(easy, info, &value)
    return value
  }

  func offset(_ info: CURLINFO) -> Int {
    var value: curl_off_t = 0
    _ = ksx_curl_get_offset(easy, info, &value)
    return Int(value)
  }

  /// The number that `keep` stored in the handle, which identifies its transfer in libcurl's messages.
  static func number(of easy: UnsafeMutableRawPointer?) -> Int? {
    var pointer: UnsafeMutablePointer<CChar>?
    guard let easy, ksx_curl_get_pointer(easy, CURLINFO_PRIVATE, &pointer) == CURLE_OK else { return nil }
    return Int(bitPattern: pointer)
  }

  func keep(_ number: Int) {
    set(CURLOPT_PRIVATE, UnsafeMutableRawPointer(bitPattern: number))
  }
}
