import Client
import Extensions
import Packages

/// One extension as the list shows it, made once when the cluster changes and not at every frame.
struct Row: Hashable, Sendable {
  var name: String
  /// The display name in the person's language.
  var title: String
  var category: String
  var repository: String
  var provider: String
  var summary: String
  var recommended: String
  var standing: Standing
  /// The word for the state.
  var state: String
  /// Rows stand in this order.
  var sortKey: String
  /// What a filter looks through, in lower case.
  var haystack: [UInt8]

  init(_ extension: Extension, _ installation: Installation?, language: String) {
    name = `extension`.name
    let display = `extension`.displayName.text(in: language)
    title = display.isEmpty ? `extension`.name : display
    category = `extension`.category
    repository = `extension`.repository
    provider = `extension`.provider.text(in: language)
    summary = `extension`.description.text(in: language)
    recommended = `extension`.recommendedVersion
    standing = Standing(`extension`, installation)
    state = standing.word(hasInstallation: installation != nil)
    let lowered = title.lowercased()
    sortKey = lowered + "\u{0}" + name
    haystack = Array([lowered, name, category, state.lowercased()].joined(separator: "\n").utf8)
  }

  /// The properties `-l` can ask for.
  func property(_ key: String) -> String? {
    switch key {
    case "name": name
    case "category": category
    case "state": state
    case "repository": repository
    case "provider": provider
    case "installed": standing.version
    case "recommended": recommended
    case "enabled": standing.isEnabled.map { $0 ? "yes" : "no" } ?? ""
    default: nil
    }
  }

  /// The enabled column: nothing where nothing is installed.
  var enabledWord: String { standing.isEnabled.map { $0 ? "yes" : "no" } ?? "" }
}
