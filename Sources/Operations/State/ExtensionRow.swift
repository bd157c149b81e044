package import Extensions
import Packages
import Platform

/// An extension as every list shows it: its entry in the marketplace, and its status.
package struct ExtensionRow: Hashable, Sendable {
  package let name: String
  /// The display name in the user's language.
  package let title: String
  package let category: String
  package let repository: String
  package let provider: String
  package let summary: String
  package let recommended: String
  package let status: ExtensionStatus
  /// When its installation last changed, RFC 3339; empty if there is none, or that is not known.
  package let changed: String

  /// A row for an extension that is offered, installed, or both.
  package init(
    _ name: String, _ extension: Extension?, _ installation: Installation?, _ memory: ReleaseMemory?, language: String,
    readable: ExtensionStatus.ReadableKinds = ExtensionStatus.ReadableKinds()
  ) {
    self.name = name
    let display = `extension`?.displayName.text(in: language) ?? ""
    title = display.isEmpty ? name : display
    category = `extension`?.category ?? ""
    repository = `extension`?.repository ?? ""
    provider = `extension`?.provider.text(in: language) ?? ""
    summary = `extension`?.description.text(in: language) ?? ""
    recommended = `extension`?.recommendedVersion ?? ""
    status = ExtensionStatus(name, `extension`, installation, former: memory?.lastInstalled ?? "", readable: readable)
    changed = installation?.lastChanged ?? ""
  }

  /// Whether it can be upgraded to the recommended version.
  package var hasUpdate: Bool { status.update(to: recommended) != nil }

  /// The text of the enabled column; empty if it is not installed.
  package var enabledWord: String { status.isEnabled.map { $0 ? "yes" : "no" } ?? "" }

  /// A row for each offered extension, and for each installed one that is not offered.
  package static func all(
    _ extensions: [Extension], _ installations: Installations, _ memories: [String: ReleaseMemory] = [:],
    language: String, readable: ExtensionStatus.ReadableKinds = ExtensionStatus.ReadableKinds()
  ) -> [ExtensionRow] {
    let offered = Set(extensions.map(\.name))
    let rows = extensions.map {
      ExtensionRow($0.name, $0, installations.of($0.name), memories[$0.name], language: language, readable: readable)
    }
    let others = installations.extensions.filter { !offered.contains($0) }.map {
      ExtensionRow($0, nil, installations.of($0), memories[$0], language: language, readable: readable)
    }
    return rows + others
  }
}

extension Installation {
  /// The latest of its creation, its condition and its last state change.
  fileprivate var lastChanged: String {
    let times = [created, conditionTime, history.last?.time ?? ""]
    let known = times.compactMap { text in Timestamp.seconds(text).map { (text, $0) } }
    return known.max { $0.1 < $1.1 }?.0 ?? ""
  }
}

extension ExtensionRow {
  /// The version in `versions` that filters apply to: the running one, else the wanted, else the recommended, else the
  /// newest.
  package func version(among versions: [ExtensionVersion]?) -> ExtensionVersion? {
    guard let versions else { return nil }
    let named = [status.running, status.wanted, recommended].first { !$0.isEmpty } ?? ""
    return versions.first { VersionText($0.version) == VersionText(named) }
      ?? versions.max { SemanticVersion.precedes($0.version, $1.version) }
  }
}
