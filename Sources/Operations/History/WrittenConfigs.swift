import Extensions
import Manifest
import Platform

/// The configs of one extension as they were written from here, for clusters that keep them without their comments.
struct WrittenConfigs: Hashable, Sendable {
  /// Oldest first.
  private let texts: [(time: String, text: String)]

  /// Those that `lines` tell of, which are of one extension.
  init(_ lines: [HistoryLine]) {
    texts = lines.compactMap { line in
      if case .written(let text) = line.event { (line.time, text) } else { nil }
    }
  }

  /// The text of `config`, byte for byte as it was written: the last one before the change at `time` that says the same,
  /// else the last of all; `config` itself where the cluster keeps texts, or none was written here.
  func text(of config: String, at time: String?, _ installation: Installation?) -> String {
    guard !texts.isEmpty, let value = try? YAML.parse(config), isMadeOf(value, config, installation) else {
      return config
    }
    let alike = texts.filter { (try? YAML.parse($0.text)) == value }
    let before = time.map { time in alike.filter { $0.time < time } } ?? []
    return (before.last ?? alike.last)?.text ?? config
  }

  /// Whether the cluster made `config` of the value that it kept, and did not keep the text itself.
  private func isMadeOf(_ value: Value, _ config: String, _ installation: Installation?) -> Bool {
    if installation?.configForm == .object { return true }
    // Where there is no config now, it has none of the two forms.
    return installation?.config.isEmpty != false && config == YAML.text(value)
  }

  static func == (left: WrittenConfigs, right: WrittenConfigs) -> Bool {
    left.texts.elementsEqual(right.texts) { $0 == $1 }
  }

  func hash(into hasher: inout Hasher) { hasher.combine(texts.count) }
}
