import Manifest
package import Platform

/// The profiles of a user, from `config.yaml` in the settings directory.
///
/// ```yaml
/// current: production
/// profiles:
///   - name: production
///     gateway:
///       url: https://ks.example.com
///       user: ada
///     kubernetes:
///       context: production
/// ```
///
/// Other settings in the same file are ignored.
package struct Profiles: Hashable, Sendable {
  /// In the order of the file.
  package var all: [Profile] = []
  /// The name of the profile to use if none is given.
  package var current: String?

  /// Parts of the file that were accepted but may be mistakes.
  package private(set) var warnings: [ProfileError] = []

  /// The top-level keys of the file that belong to profiles.
  package static let keys: Set<String> = ["current", "profiles"]

  package init() {}

  /// Reads the text of `file`; paths in it are relative to its directory.
  package init(
    _ text: String, file: String, environment: Environment = .current
  ) throws(ProfileError) {
    do throws(SyntaxError) {
      let reader = ProfileReader(directory: Files.parent(of: file) ?? ".", environment: environment)
      let (node, repetitions) = try YAML.nodeAndWarnings(text)
      if let node, !node.isNull { self = try reader.profiles(node) }
      warnings = repetitions.map { ProfileError(file: file, $0) }
    } catch {
      throw ProfileError(file: file, error)
    }
  }

  /// The profile called `name`, or else the current one; `nil` if there is no name and no current profile.
  package func profile(_ name: String? = nil, file: String) throws(ProfileError) -> Profile? {
    guard let name = name ?? current else { return nil }
    if let profile = all.first(where: { $0.name == name }) { return profile }
    let names = all.map(\.name).joined(separator: ", ")
    throw ProfileError(
      file: Sentence(verbatim: file),
      problem: names.isEmpty
        ? "there is no profile “\(name)”; there is none at all" : "there is no profile “\(name)”; there are: \(names)")
  }
}
