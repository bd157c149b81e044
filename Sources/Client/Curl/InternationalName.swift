import CCurl
import Glibc

/// Host names with other letters than those of ASCII.
enum InternationalName {
  /// The host as DNS, certificates and proxies know it (UTS 46): `BÜCHER.example` is `xn--bcher-kva.example`; `nil`
  /// when it is no name.
  ///
  /// A name in ASCII is left as it is, as Go leaves it.
  static func ascii(_ host: String) -> String? {
    // The part after a percent sign is the zone of an address there.
    if host.contains(":") || host.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "%") }) { return host }
    guard let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else { return nil }
    defer { freelocale(locale) }
    // libcurl takes text to be in the charset of the thread's locale, whatever this program speaks.
    let former = uselocale(locale)
    defer { uselocale(former) }
    guard let url = curl_url() else { return nil }
    defer { curl_url_cleanup(url) }
    guard curl_url_set(url, CURLUPART_URL, "http://\(host)/", 0) == CURLUE_OK else { return nil }
    var name: UnsafeMutablePointer<CChar>?
    guard curl_url_get(url, CURLUPART_HOST, &name, UInt32(CURLU_PUNYCODE)) == CURLUE_OK, let name else { return nil }
    defer { curl_free(name) }
    return String(cString: name)
  }
}
