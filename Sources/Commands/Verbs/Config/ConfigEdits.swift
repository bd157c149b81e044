import Manifest

/// Changes of single places in a config, as a command line names them.
struct ConfigEdits: Hashable, Sendable {
  private enum Edit: Hashable, Sendable {
    case set(YAMLEdit.Path, YAMLEdit.Written)
    case unset(YAMLEdit.Path)
  }

  /// What a value on a command line means.
  enum Typing: Hashable, Sendable {
    /// What helm's `--set` makes of it.
    case plain
    /// A text, as helm's `--set-string` makes it.
    case string
    case yaml

    init(_ arguments: Arguments) throws(CommandError) {
      switch (arguments.has(.string), arguments.has(.yaml)) {
      case (true, true): throw CommandError("--string and --yaml say two things of a value; leave one of them out")
      case (true, false): self = .string
      case (false, true): self = .yaml
      case (false, false): self = .plain
      }
    }
  }

  private let edits: [Edit]

  var isEmpty: Bool { edits.isEmpty }

  /// `KEY=VALUE` each.
  init(setting pairs: [String], as typing: Typing) throws(CommandError) {
    var edits: [Edit] = []
    for pair in pairs {
      guard let (path, value) = YAMLEdit.Path.assignment(pair) else {
        throw CommandError("\(pair) is no KEY=VALUE, such as web.replicas=3 or web.hosts[0]=a.example")
      }
      edits.append(.set(path, try Self.written(value, typing, pair)))
    }
    self.edits = edits
  }

  private static func written(
    _ text: String, _ typing: Typing, _ pair: String
  ) throws(CommandError) -> YAMLEdit.Written {
    switch typing {
    case .plain: return YAMLEdit.Written(HelmValue.value(text))
    case .string: return YAMLEdit.Written(.string(text))
    case .yaml:
      do throws(SyntaxError) {
        return try YAMLEdit.Written(yaml: text)
      } catch {
        throw CommandError("nothing was changed: the value of \(pair) is no YAML: \(error.problem)")
      }
    }
  }

  /// `KEY` each.
  init(unsetting keys: [String]) throws(CommandError) {
    var edits: [Edit] = []
    for key in keys {
      guard let path = YAMLEdit.Path(key) else {
        throw CommandError("\(key) is no key, such as web.replicas or web.hosts[0]")
      }
      edits.append(.unset(path))
    }
    self.edits = edits
  }

  /// `config` with all of them, and every byte that they do not name as it was.
  func applied(to config: String) throws(CommandError) -> String {
    var text = config
    for edit in edits {
      do throws(SyntaxError) {
        switch edit {
        case .set(let path, let value): text = try YAMLEdit.set(path, to: value, in: text)
        case .unset(let path): text = try YAMLEdit.unset(path, in: text)
        }
      } catch {
        throw CommandError("nothing was changed: \(error.problem) (line \(error.line) of the config)")
      }
    }
    return text
  }
}
