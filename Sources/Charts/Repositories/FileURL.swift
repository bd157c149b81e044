import Platform

/// `file://` URLs of folders and files on the machine of the controllers.
package enum FileURL {
  /// The path of `url`; `nil` if it is another kind of URL or contains `..`.
  package static func path(_ url: String) -> String? {
    guard url.hasPrefix("file:///") else { return nil }
    let path = PercentEncoding.decode(url.dropFirst(7))
    return path.pathParts.contains("..") ? nil : path
  }
}
