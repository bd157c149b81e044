package import Extensions
import Packages
import Platform

/// One extension as every list shows it: its entry in the marketplace, and its status.
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
  /// When something last happened to its installation, RFC 3339; empty where there is none, or it is not known.
  package let changed: String

  /// A row for an extension that is offered, installed, or both.
  package init(
    _ name: String, _ extension: Extension?, _ installation: Installation?, _ memory: ReleaseMemory?, language: String,
    sight: ExtensionStatus.Sight = ExtensionStatus.Sight()
  ) {
    self.name = name
    let display = `extension`?.displayName.text(in: language) ?? ""
    title = display.isEmpty ? name : display
    category = `extension`?.category ?? ""
    repository = `extension`?.repository ?? ""
    provider = `extension`?.provider.text(in: language) ?? ""
    summary = `extension`?.description.text(in: language) ?? ""
    recommended = `extension`?.recommendedVersion ?? ""
    status = ExtensionStatus(name, `extension`, installation, former: memory?.lastInstalled ?? "", sight: sight)
    changed = installation?.lastChanged ?? ""
  }

  /// Whether there is a version to upgrade to.
  package var hasUpdate: Bool { status.update(to: recommended) != nil }

  /// The text of the enabled column; empty where nothing is installed.
  package var enabledWord: String { status.isEnabled.map { $0 ? "yes" : "no" } ?? "" }

  /// A row for each extension that is offered, and for each installation of one that is not.
  package static func all(
    _ extensions: [Extension], _ installations: Installations, _ memories: [String: ReleaseMemory] = [:],
    language: String, sight: ExtensionStatus.Sight = ExtensionStatus.Sight()
  ) -> [ExtensionRow] {
    let offered = Set(extensions.map(\.name))
    let rows = extensions.map {
      ExtensionRow($0.name, $0, installations.of($0.name), memories[$0.name], language: language, sight: sight)
    }
    let others = installations.extensions.filter { !offered.contains($0) }.map {
      ExtensionRow($0, nil, installations.of($0), memories[$0], language: language, sight: sight)
    }
    return rows + others
  }
}

extension Installation {
  /// When its state last changed, as far as the cluster says, else when it was made.
  fileprivate var lastChanged: String {
    let times = [created, conditionTime, history.last?.time ?? ""]
    let known = times.compactMap { text in Timestamp.seconds(text).map { (text, $0) } }
    return known.max { $0.1 < $1.1 }?.0 ?? ""
  }
}

extension ExtensionRow {
  /// The one among `versions` that a filter asks about: what runs, else what is wanted, else what would be installed.
  package func version(among versions: [ExtensionVersion]?) -> ExtensionVersion? {
    guard let versions else { return nil }
    let named = [status.running, status.wanted, recommended].first { !$0.isEmpty } ?? ""
    return versions.first { VersionText($0.version) == VersionText(named) }
      ?? versions.max { SemanticVersion.precedes($0.version, $1.version) }
  }
}
