/// Styles by dotted name.
///
/// A name that is not defined takes its parent's style, so a theme may define `list` alone or
/// `list.selected` as well. What has no parent either is plain.
package struct Theme: Hashable, Sendable {
  /// The name that users choose it by.
  package var name: String
  /// The theme that this one is laid over, when it names one.
  package var inherits: String?
  /// The styles it defines itself.
  package private(set) var styles: [String: Style]

  /// A theme of `styles`.
  package init(name: String = "", inherits: String? = nil, _ styles: [String: Style] = [:]) {
    self.name = name
    self.inherits = inherits
    self.styles = styles
  }

  /// The style of `name`, or of its nearest parent.
  package subscript(name: String) -> Style {
    get {
      var name = name[...]
      while true {
        if let style = styles[String(name)] { return style }
        guard let dot = name.lastIndex(of: ".") else { return .plain }
        name = name[..<dot]
      }
    }
    set { styles[name] = newValue }
  }

  /// Whether this theme has a style for `name` or one of its parents.
  package func defines(_ name: String) -> Bool {
    styles[name] != nil || name.lastIndex(of: ".").map { defines(String(name[..<$0])) } ?? false
  }

  /// Whether a style has a colour that only a terminal with true colour shows exactly.
  package var hasTrueColor: Bool {
    styles.values.contains { style in
      [style.foreground, style.background].contains { if case .rgb? = $0 { true } else { false } }
    }
  }

  /// This theme on top of `base`.
  package func over(_ base: Theme) -> Theme {
    Theme(name: name, inherits: inherits, base.styles.merging(styles) { $1 })
  }

  /// The name of the theme to use: without colours when the environment asks for that (no-color.org),
  /// else the one that was set, else the terminal's own colours.
  package static func choice(environment: [String: String], setting: String?) -> String {
    if let value = environment["NO_COLOR"], !value.isEmpty { return "mono" }
    return setting ?? "terminal"
  }
}
