import Terminal

/// An input line of the editor, in its last row.
struct EditorPrompt: Hashable, Sendable {
  enum Purpose: Hashable, Sendable {
    case find, replace, goTo
    case replaceBy(String)
  }

  let purpose: Purpose
  var field = LinePrompt()

  init(_ purpose: Purpose) { self.purpose = purpose }

  var label: String {
    switch purpose {
    case .find: "Find: "
    case .replace: "Replace: "
    case .replaceBy(let pattern): "Replace \(pattern) by: "
    case .goTo: "Go to line or key: "
    }
  }
}
