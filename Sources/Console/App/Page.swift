/// A screen that can be opened from anywhere: a command of its own, in help and after `:`.
///
/// Its row stands in the screen's file; a new one is such a file and its line in `all`.
package struct Page: Sendable {
  /// The name of the command.
  let name: String
  /// What the command does, in one line.
  let summary: String
  /// The screen, over the one that is on top.
  let screen: @Sendable (_ top: any Screen) -> any Screen

  /// Every page, in the order of help.
  static let all: [Page] = [
    .help, .messages, .changes, .operations, .doctor, .repositories, .gateway, .contexts, .drafts,
  ]

  init(_ name: String, _ summary: String, screen: @escaping @Sendable (_ top: any Screen) -> any Screen) {
    (self.name, self.summary, self.screen) = (name, summary, screen)
  }
}

extension Page: Hashable {
  /// A name is a page's own.
  package static func == (left: Page, right: Page) -> Bool { left.name == right.name }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
