import CCurl
import Glibc

/// Host names with non-ASCII letters.
enum InternationalName {
  /// The host in the ASCII form that DNS, certificates and proxies use (UTS 46): `BÜCHER.example` is
  /// `xn--bcher-kva.example`; `nil` if it is not a valid name.
  ///
  /// A name in ASCII is returned unchanged, as in Go.
  static func ascii(_ host: String) -> String? {
    // In an IPv6 address a percent sign precedes the zone.
    if host.contains(":") || host.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "%") }) { return host }
    guard let locale = newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else { return nil }
    defer { freelocale(locale) }
    // libcurl decodes text in the charset of the thread's locale, so that is UTF-8 during the call.
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
