import Extensions
import Manifest
import Platform

/// The texts of the configs that this computer has written for one extension, for clusters that store them without
/// comments.
struct WrittenConfigs: Hashable, Sendable {
  /// Oldest first.
  private let texts: [(time: String, text: String)]

  /// The texts in `lines`, which are all about one extension.
  init(_ lines: [HistoryLine]) {
    texts = lines.compactMap { line in
      if case .written(let text) = line.event { (line.time, text) } else { nil }
    }
  }

  /// The text of `config` as it was written: the last one before `time` with the same values, else the last of all.
  ///
  /// Returns `config` itself if the cluster stores texts, or if none was written from here.
  func text(of config: String, at time: String?, _ installation: Installation?) -> String {
    guard !texts.isEmpty, let value = try? YAML.parse(config), isMadeOf(value, config, installation) else {
      return config
    }
    let alike = texts.filter { (try? YAML.parse($0.text)) == value }
    let before = time.map { time in alike.filter { $0.time < time } } ?? []
    return (before.last ?? alike.last)?.text ?? config
  }

  /// Whether the cluster stored the values and rendered `config` from them, instead of storing the text.
  private func isMadeOf(_ value: Value, _ config: String, _ installation: Installation?) -> Bool {
    if installation?.configForm == .object { return true }
    // Without a config the form in which the cluster stores it is not known.
    return installation?.config.isEmpty != false && config == YAML.text(value)
  }

  static func == (left: WrittenConfigs, right: WrittenConfigs) -> Bool {
    left.texts.elementsEqual(right.texts) { $0 == $1 }
  }

  func hash(into hasher: inout Hasher) { hasher.combine(texts.count) }
}
