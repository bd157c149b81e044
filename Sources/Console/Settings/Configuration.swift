import Manifest
package import Platform
import Terminal

/// Loads settings: the built-in defaults, overridden by the user's own files in `$XDG_CONFIG_HOME/ksx/`.
///
/// Pure: the environment and the files are passed in. An invalid file is reported and the defaults are used instead.
package struct Configuration {
  /// Returns the text of a file, or `nil` if the file does not exist.
  package typealias ReadFile = (String) throws(SystemError) -> String?

  private let environment: Environment
  private let readFile: ReadFile
  private var problems: [Sentence] = []

  /// Creates a configuration from `environment` and the files that `readFile` finds.
  package init(environment: Environment, readFile: @escaping ReadFile) {
    self.environment = environment
    self.readFile = readFile
  }

  /// The settings of the user of `environment`.
  package static func load(
    environment: Environment, readFile: @escaping ReadFile
  ) -> Settings {
    var configuration = Configuration(environment: environment, readFile: readFile)
    return configuration.settings()
  }

  /// The commands that keymap files may bind, by section.
  static let vocabulary: Keymaps<Action>.Vocabulary = {
    var vocabulary: Keymaps<Action>.Vocabulary = [:]
    for section in KeySection.allCases {
      let actions = Action.all(in: section).map { ($0.name, $0) }
      // Where both have a command of the same name, that of the editor takes precedence.
      vocabulary[section.rawValue] = Dictionary(actions, uniquingKeysWith: { first, _ in first })
    }
    return vocabulary
  }()

  private var folder: String {
    if let configured = environment["XDG_CONFIG_HOME"], configured.hasPrefix("/") { return configured + "/ksx" }
    return (environment["HOME"] ?? "") + "/.config/ksx"
  }

  private mutating func settings() -> Settings {
    var themes = ReadOnDemand(Defaults.themes.keys, read: Self.defaultTheme)
    var keymaps = ReadOnDemand(Defaults.keymaps.keys, read: Self.defaultKeymaps)
    let choices = choices()
    if let own = ownTheme(over: themes) { themes["own"] = own }
    let own = ownKeymaps(over: keymaps, base: choices.keymap)
    if let own { keymaps["own"] = own }
    let themeName = Theme.choice(
      environment: environment.variables, setting: choices.theme ?? (themes["own"] == nil ? nil : "own"))
    let keymapName = own == nil ? choices.keymap ?? "standard" : "own"
    if !themes.keys.contains(themeName), let found = foreignTheme(themeName, over: themes) {
      themes[themeName] = found
    }
    return Settings(
      theme: themes[known(themeName, "theme", among: themes.keys, else: "terminal")] ?? Theme(),
      keymaps: keymaps[known(keymapName, "keymap", among: keymaps.keys, else: "standard")] ?? Keymaps(),
      language: choices.language ?? Self.language(environment), selection: choices.selection ?? .auto,
      filters: choices.filters, themes: themes, keymapsByName: keymaps, problems: problems)
  }

  private mutating func text(of file: String) -> String? {
    do {
      guard let text = try readFile(file) else { return nil }
      // Text that is not YAML at all is reported by the callers.
      let repetitions = (try? YAML.nodeAndWarnings(text))?.1 ?? []
      problems += repetitions.map { SettingsError(file: file, $0).sentence }
      return text
    } catch {
      problems.append(error.sentence)
      return nil
    }
  }

  /// `zh` if the locale is Chinese, otherwise `en`.
  static func language(_ environment: Environment) -> String {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    return locale?.hasPrefix("zh") == true ? "zh" : "en"
  }

  private mutating func known(
    _ name: String, _ what: String, among names: some Collection<String>, else fallback: String
  ) -> String {
    if names.contains(name) { return name }
    problems.append("there is no \(what) \(name); there are \(names.sorted().joined(separator: ", "))")
    return fallback
  }

  private struct Choices {
    var theme: String?
    var keymap: String?
    var language: String?
    var selection: RowSelection?
    var filters: [Int: String] = [:]
  }

  /// The theme called `name` from a file of its own, or from a skin of k9s.
  private mutating func foreignTheme(_ name: String, over themes: ReadOnDemand<Theme>) -> Theme? {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { return nil }
    for file in ["\(folder)/themes/\(name).yaml", "\(folder)/../k9s/skins/\(name).yaml"] {
      guard let text = text(of: file) else { continue }
      return theme(text, file: file, over: themes)
    }
    return nil
  }

  private mutating func theme(_ text: String, file: String, over themes: ReadOnDemand<Theme>) -> Theme? {
    do throws(SettingsError) {
      let theme = try Theme.parse(text, file: file)
      return theme.over(themes[theme.inherits ?? "terminal"] ?? Theme())
    } catch {
      problems.append(error.sentence)
      return nil
    }
  }

  private mutating func choices() -> Choices {
    let file = folder + "/config.yaml"
    var result = Choices()
    guard let text = text(of: file) else { return result }
    do throws(SyntaxError) {
      guard let node = try YAML.node(text), node.value != .null else { return result }
      guard case .mapping(let pairs) = node.content else { throw node.mistake("settings are a mapping") }
      for pair in pairs { try Self.take(pair.key, pair.value, into: &result) }
    } catch {
      problems.append(SettingsError(file: file, error).sentence)
    }
    return result
  }

  /// Takes one setting.
  private static func take(_ key: YAMLNode, _ value: YAMLNode, into result: inout Choices) throws(SyntaxError) {
    switch key.text ?? "" {
    case "theme": result.theme = value.text
    case "keymap": result.keymap = value.text
    case "language":
      guard ["en", "zh"].contains(value.text) else { throw value.mistake("a language is en or zh") }
      result.language = value.text
    case "selection":
      guard let selection = value.text.flatMap(RowSelection.init(rawValue:)) else {
        throw value.mistake("a selection is row, name or auto")
      }
      result.selection = selection
    case let name where filterNumber(name) != nil: result.filters[filterNumber(name) ?? 0] = value.text
    // The client reads these itself.
    case "profiles", "current", "guardrails": break
    case let other: throw key.mistake("there is no setting \(other); there are theme, keymap, language, selection")
    }
  }

  /// The number of a filter setting, such as 3 for `filter-3`.
  private static func filterNumber(_ setting: String) -> Int? {
    guard setting.hasPrefix("filter-"), let number = Int(setting.dropFirst(7)), (1...9).contains(number) else {
      return nil
    }
    return number
  }

  /// The sections that also apply wherever `section` applies, and that come after it.
  private static func below(_ section: String) -> [String] {
    switch KeySection(rawValue: section) {
    case .everywhere, .prompt, .editor, nil: []
    default: [KeySection.everywhere.rawValue]
    }
  }

  /// A built-in theme; the tests check that each one can be read.
  @Sendable private static func defaultTheme(_ name: String) -> Theme? {
    guard let text = Defaults.themes[name], let theme = try? Theme.parse(text, file: "themes/\(name).yaml") else {
      return nil
    }
    return theme.inherits.flatMap(defaultTheme).map { theme.over($0) } ?? theme
  }

  /// The built-in keymaps called `name`.
  @Sendable private static func defaultKeymaps(_ name: String) -> Keymaps<Action>? {
    guard let text = Defaults.keymaps[name],
      let keymaps = try? Keymaps.parse(text, file: "keymaps/\(name).yaml", vocabulary: vocabulary)
    else { return nil }
    return keymaps.inherits.flatMap(defaultKeymaps).map { keymaps.over($0) } ?? keymaps
  }

  private mutating func ownTheme(over themes: ReadOnDemand<Theme>) -> Theme? {
    let file = folder + "/theme.yaml"
    return text(of: file).flatMap { theme($0, file: file, over: themes) }
  }

  private mutating func ownKeymaps(
    over keymaps: ReadOnDemand<Keymaps<Action>>, base: String?
  ) -> Keymaps<Action>? {
    let file = folder + "/keymap.yaml"
    guard let text = text(of: file) else { return nil }
    do throws(SettingsError) {
      let own = try Keymaps<Action>.parse(text, file: file, vocabulary: Self.vocabulary)
      let lower = keymaps[own.inherits ?? base ?? "standard"] ?? Keymaps()
      let conflicts = own.conflicts(from: lower, file: file, below: Self.below) { $0.name }
      problems += conflicts.map(\.sentence)
      return own.over(lower)
    } catch {
      problems.append(error.sentence)
      return nil
    }
  }
}
