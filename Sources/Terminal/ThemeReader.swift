import Manifest
import Platform

extension Theme {
  /// Parses a theme file; throws its first error.
  ///
  /// Its keys are `name`, `inherits` and `styles`. A style is words: attributes, a colour, and `on` with a
  /// colour, as in `bold green on black`. A colour is a name, a palette index, or `"#rrggbb"` in quotes.
  package static func parse(_ text: String, file: String) throws(SettingsError) -> Theme {
    do throws(SyntaxError) {
      return try read(YAML.node(text))
    } catch {
      throw SettingsError(file: file, error)
    }
  }

  private static func read(_ node: YAMLNode?) throws(SyntaxError) -> Theme {
    var theme = Theme()
    guard let node, node.value != .null else { return theme }
    guard case .mapping(let pairs) = node.content else { throw node.mistake("a theme is a mapping") }
    // A k9s skin has no other keys except anchors.
    if let skin = node.value["k9s"] { return K9sSkin(skin).theme }
    for pair in pairs {
      switch pair.key.text ?? "" {
      case "name": theme.name = pair.value.text ?? ""
      case "inherits": theme.inherits = pair.value.text
      case "styles": try read(styles: pair.value, into: &theme)
      case let other:
        throw pair.key.mistake(
          "a theme has no \(other)\(suggestionSentence(for: other, among: ["name", "inherits", "styles"]))")
      }
    }
    return theme
  }

  private static func read(styles node: YAMLNode, into theme: inout Theme) throws(SyntaxError) {
    guard case .mapping(let pairs) = node.content else { throw node.mistake("styles is a mapping of names to styles") }
    for pair in pairs {
      guard let name = pair.key.text, let text = pair.value.text else {
        throw pair.value.mistake("a style is words, as in bold green on black")
      }
      theme[name] = try Style(words: text, at: pair.value)
    }
  }
}

extension Style {
  /// The style that the words of a theme describe.
  fileprivate init(words: String, at node: YAMLNode) throws(SyntaxError) {
    self = .plain
    var isBackground = false
    let words = words.split(separator: " ").map { $0.lowercased() }
    guard !words.isEmpty else { throw node.mistake("an empty style; a colour that begins with # needs quotes") }
    for word in words {
      if word == "on" {
        isBackground = true
      } else if let attribute = Self.attributes[word] {
        attributes.insert(attribute)
      } else if word == "plain" {
        continue
      } else {
        try set(word, isBackground: isBackground, at: node)
      }
    }
  }

  private mutating func set(_ word: String, isBackground: Bool, at node: YAMLNode) throws(SyntaxError) {
    let color = Color(named: word)
    guard color != nil || word == "default" else {
      let known = Array(Self.attributes.keys) + Color.names.flatMap { $0 } + ["default", "plain", "on"]
      throw node.mistake("\(word) is neither a colour nor an attribute\(suggestionSentence(for: word, among: known))")
    }
    // `default` is the terminal's own colour, `nil`.
    if isBackground { background = color } else { foreground = color }
  }

  private static let attributes: [String: Attributes] = [
    "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
  ]
}

extension Color {
  /// The colour called `name`: one of the sixteen, `0` to `255`, or `#rrggbb`.
  init?(named name: String) {
    if let index = Self.names.firstIndex(where: { $0.contains(name) }) {
      self = .palette(UInt8(index))
    } else if let index = UInt8(name) {
      self = .palette(index)
    } else if name.first == "#", name.utf8.count == 7, let value = UInt32(name.dropFirst(), radix: 16) {
      self = .rgb(red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
    } else {
      return nil
    }
  }

  static let names: [[String]] =
    ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"].map { [$0] } + [
      ["bright-black", "gray", "grey"], ["bright-red"], ["bright-green"], ["bright-yellow"], ["bright-blue"],
      ["bright-magenta"], ["bright-cyan"], ["bright-white"],
    ]
}
