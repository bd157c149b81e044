import CCurl
import Glibc

/// libcurl as a whole, with the TLS library behind it.
package enum CurlLibrary {
  /// Initialises libcurl, once in a process; a second thread that calls this waits until the first has done it.
  ///
  /// It takes about as long as a program needs to read its settings, so the thread that waits for those can do it.
  package static func prepare() { _ = isReady }

  // Before libcurl 7.84 two threads must not initialise it at once; a static value is made by one.
  private static let isReady: Bool = {
    // Writing to a connection that the peer has closed must be an error and not end the process.
    signal(SIGPIPE, SIG_IGN)
    return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
  }()
}
