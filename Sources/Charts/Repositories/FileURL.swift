import Platform

/// `file://` addresses of folders and files on the machine where the controllers run.
package enum FileURL {
  /// The path an address names, or `nil` when it is of another kind or leads upwards.
  package static func path(_ url: String) -> String? {
    guard url.hasPrefix("file:///") else { return nil }
    let path = PercentEncoding.decode(url.dropFirst(7))
    return path.pathParts.contains("..") ? nil : path
  }
}
