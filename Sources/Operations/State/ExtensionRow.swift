package import Extensions
import Packages

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

  /// A row for an extension that is offered, installed, or both.
  package init(
    _ name: String, _ extension: Extension?, _ installation: Installation?, _ memory: ReleaseMemory?, language: String
  ) {
    self.name = name
    let display = `extension`?.displayName.text(in: language) ?? ""
    title = display.isEmpty ? name : display
    category = `extension`?.category ?? ""
    repository = `extension`?.repository ?? ""
    provider = `extension`?.provider.text(in: language) ?? ""
    summary = `extension`?.description.text(in: language) ?? ""
    recommended = `extension`?.recommendedVersion ?? ""
    status = ExtensionStatus(name, `extension`, installation, former: memory?.lastInstalled ?? "")
  }

  /// The text of the enabled column; empty where nothing is installed.
  package var enabledWord: String { status.isEnabled.map { $0 ? "yes" : "no" } ?? "" }

  /// A row for each extension that is offered, and for each installation of one that is not.
  package static func all(
    _ extensions: [Extension], _ installations: Installations, _ memories: [String: ReleaseMemory] = [:],
    language: String
  ) -> [ExtensionRow] {
    let offered = Set(extensions.map(\.name))
    let rows = extensions.map {
      ExtensionRow($0.name, $0, installations.of($0.name), memories[$0.name], language: language)
    }
    let others = installations.extensions.filter { !offered.contains($0) }.map {
      ExtensionRow($0, nil, installations.of($0), memories[$0], language: language)
    }
    return rows + others
  }
}
