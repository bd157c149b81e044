import Packages
import Platform

/// Stores the equal texts of many extensions once: a marketplace has thousands of extensions, with few providers and
/// often the same versions.
package final class SharedTexts: Sendable {
  private struct Known {
    var providers: Set<Localized> = []
    var versions: Set<[String]> = []
  }

  private let known = Locked(Known())

  /// The number of texts at which a set is emptied, because so many different ones are hardly shared.
  private static let limit = 1024

  package init() {}

  /// `extension` with its texts replaced by equal ones that are already stored, and its description in `language`
  /// alone, because descriptions are most of what a marketplace takes in memory.
  package func sharing(_ extension: Extension, language: String) -> Extension {
    var shared = `extension`
    shared.description = shared.description.alone(in: language)
    known.withLock { known in
      shared.provider = Self.kept(shared.provider, in: &known.providers)
      shared.versions = Self.kept(shared.versions, in: &known.versions)
    }
    return shared
  }

  private static func kept<Text: Hashable>(_ text: Text, in known: inout Set<Text>) -> Text {
    if known.count >= limit { known = [] }
    return known.insert(text).memberAfterInsert
  }
}
