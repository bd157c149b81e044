import Manifest
package import Platform

/// The profiles of a user, as `config.yaml` in the directory of settings has them.
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
/// Other settings may stand in the same file; those are not looked at.
package struct Profiles: Hashable, Sendable {
  /// In the order of the file.
  package var all: [Profile] = []
  /// The name of the profile to use when none is asked for.
  package var current: String?

  /// What in the file is read, but perhaps not as it was meant.
  package private(set) var warnings: [ProfileError] = []

  /// The top-level keys of the file that are profiles' own.
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

  /// The profile called `name`, or the current one, or `nil` when none is asked for and none is current.
  package func profile(_ name: String? = nil, file: String) throws(ProfileError) -> Profile? {
    guard let name = name ?? current else { return nil }
    if let profile = all.first(where: { $0.name == name }) { return profile }
    let names = all.map(\.name).joined(separator: ", ")
    throw ProfileError(
      file: file,
      problem: "there is no profile “\(name)”; " + (names.isEmpty ? "there is none at all" : "there are: \(names)"))
  }
}
