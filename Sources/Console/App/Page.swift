/// A screen with a command of its own, which help and `:` list, so that it can be opened from anywhere.
///
/// Each page is declared in the file of its screen; a new one needs a line in `all` too.
package struct Page: Sendable {
  /// The name of the command.
  let name: String
  /// A description of the command in one line.
  let summary: String
  /// Makes the screen; `top` is the one that it covers.
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
  /// Names are unique.
  package static func == (left: Page, right: Page) -> Bool { left.name == right.name }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
