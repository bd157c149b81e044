import Manifest
import Platform

/// Edits of single keys in a config, as given on a command line.
struct ConfigEdits: Hashable, Sendable {
  private enum Edit: Hashable, Sendable {
    case set(YAMLEdit.Path, YAMLEdit.Written)
    case unset(YAMLEdit.Path)
  }

  /// How values on a command line are parsed.
  enum ValueParsing: Hashable, Sendable {
    /// As helm's `--set` parses them.
    case plain
    /// As strings, as helm's `--set-string` parses them.
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

  /// Parses `KEY=VALUE` arguments; each may have several pairs, separated by commas.
  init(setting pairs: [String], as typing: ValueParsing) throws(CommandError) {
    var edits: [Edit] = []
    for pair in pairs {
      if typing == .yaml {
        edits.append(try Self.edit(yaml: pair))
        continue
      }
      do throws(HelmValue.Mistake) {
        let found = try HelmValue.pairs(pair, asTexts: typing == .string)
        edits += found.map { .set($0.path, YAMLEdit.Written($0.value)) }
      } catch {
        throw Self.mistake(error.sentence)
      }
    }
    self.edits = edits
  }

  /// Parses a pair whose value is YAML and may contain commas.
  private static func edit(yaml pair: String) throws(CommandError) -> Edit {
    guard let (path, text) = YAMLEdit.Path.assignment(pair) else { throw mistake("\(pair) is no KEY=VALUE") }
    do throws(SyntaxError) {
      return .set(path, try YAMLEdit.Written(yaml: text))
    } catch {
      throw CommandError("nothing was changed: the value of \(pair) is no YAML: \(error.problem)")
    }
  }

  private static func mistake(_ sentence: String) -> CommandError {
    CommandError(
      "\(sentence), such as web.replicas=3,web.tag=1.10 or web.hosts[0]=a.example; \\, is a comma in a value")
  }

  /// Parses `KEY` arguments.
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

  /// Applies the edits to `config`, and leaves every other byte unchanged.
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
