/// Styles by dotted name.
///
/// A name that is not defined has its parent's style, so a theme may define `list` alone or
/// `list.selected` as well. A name without a defined parent is plain.
package struct Theme: Hashable, Sendable {
  /// The name by which users choose it.
  package var name: String
  /// The theme that this one extends, if it names one.
  package var inherits: String?
  /// The styles that it defines itself.
  package private(set) var styles: [String: Style]

  /// A theme with `styles`.
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

  /// This theme merged over `base`.
  package func over(_ base: Theme) -> Theme {
    Theme(name: name, inherits: inherits, base.styles.merging(styles) { $1 })
  }

  /// The name of the theme to use: `mono` if the environment has `NO_COLOR` (no-color.org), else the configured
  /// one, else the terminal's own colours.
  package static func choice(environment: [String: String], setting: String?) -> String {
    if let value = environment["NO_COLOR"], !value.isEmpty { return "mono" }
    return setting ?? "terminal"
  }
}
