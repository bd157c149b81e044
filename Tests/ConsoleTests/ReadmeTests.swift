import Terminal
import TestSupport
import Testing

@testable import Console

/// What the README says of keys is what the standard keymap says.
@Suite struct ReadmeTests {
  @Test(arguments: [
    KeySection.everywhere, .list, .text, .marketplace, .extension, .versions, .gateway, .progress, .repositories, .plan,
    .merge, .draft,
  ])
  func theKeysOfTheReadmeAreThoseOfTheStandardKeymap(section: KeySection) throws {
    let keymap = try #require(Settings.standard.keymapsByName["standard"])[section.rawValue]
    var actions: [Action] = []
    for binding in keymap.bindings where !actions.contains(binding.command) { actions.append(binding.command) }

    let rows = actions.map { action in
      let keys = keymap.keys(for: action).map { "`" + $0.map(\.description).joined(separator: " ") + "`" }
      return [keys.joined(separator: " "), action.name, action.summary]
    }

    try GeneratedTable("\(section.rawValue) keys", columns: ["keys", "command", "what it does"], rows: rows).check()
  }

  @Test func thePicturesOfTheDocumentsAreWhatTheConsoleShows() throws {
    var failed = ChangesTests.afterFailedUpgrade(80, 20)
    failed.press(.enter)
    failed.answer(.examination(of: "grafana"), .examination(.sample))

    try GeneratedTable(picture: "a failed upgrade", lines: MarketplaceTests.busy(80, 16).lines).check()
    try GeneratedTable(picture: "a failed extension", in: "docs/DOCTOR.md", lines: failed.lines).check()
  }
}
