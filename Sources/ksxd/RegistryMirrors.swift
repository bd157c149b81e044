import ArgumentParser

/// Mirrors of the registries that repositories' images are pulled from.
struct RegistryMirrors: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Registry that is asked before another for the images of repositories, such as docker.io=mirror.example.com/hub.",
      valueName: "registry=mirror"))
  var registryMirror: [String] = []

  func validate() throws { _ = try table() }

  /// Mirrors by the registry that they replace.
  func table() throws -> [String: String] {
    var table: [String: String] = [:]
    for text in registryMirror {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, !parts.contains(where: \.isEmpty), !text.contains(where: \.isWhitespace) else {
        throw ValidationError(
          "--registry-mirror \(text): REGISTRY=MIRROR is expected, as in docker.io=mirror.example.com")
      }
      table[parts[0]] = parts[1]
    }
    return table
  }
}
