import Packages
import Platform

/// What many extensions have alike, kept once for all of them: a marketplace has thousands, of few providers and in much
/// the same versions.
package final class SharedTexts: Sendable {
  private struct Known {
    var providers: Set<Localized> = []
    var versions: Set<[String]> = []
  }

  private let known = Locked(Known())

  /// Where nothing is alike nothing is gained by looking.
  private static let limit = 1024

  package init() {}

  /// The same, with what is known already in the place of its own.
  package func sharing(_ extension: Extension) -> Extension {
    var shared = `extension`
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
