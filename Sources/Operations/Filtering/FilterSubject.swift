package import Extensions
import Packages

/// What a filter asks of one extension, made once when the extension changes and not at every look.
package struct FilterSubject: Hashable, Sendable {
  package let row: ExtensionRow
  /// The version that `needs`, `kube` and `ks` are about; `nil` where it is not known.
  package var version: ExtensionVersion? { known.first }
  /// At most one: of thousands of rows most have none, and an optional takes the room of one.
  private let known: [ExtensionVersion]
  /// The id and the titles of its category, in small letters.
  let categories: [String]
  let labels: [String: String]
  /// What words are sought in besides the descriptions, in small letters.
  private let haystack: [UInt8]
  /// As the extension has them, not copied: they are most of what a long list is.
  private let descriptions: Localized?

  /// `version` is the one that runs, else the one that would be installed, as far as it was read.
  package init(
    _ row: ExtensionRow, _ found: Extension?, category: Category? = nil, version: ExtensionVersion? = nil,
    labels: [String: String] = [:]
  ) {
    self.row = row
    known = version.map { [$0] } ?? []
    self.labels = labels
    categories = category?.soughtNames ?? [row.category.lowercased()]
    let titles = found.map { $0.displayName.values } ?? []
    let rest = found.map { $0.provider.values + $0.versions } ?? []
    let texts = [row.title, row.name, row.status.word] + titles + categories + rest + (version?.keywords ?? [])
    // One title stands in most of them, in two languages at most.
    var seen: Set<String> = []
    haystack = Array(texts.filter { seen.insert($0).inserted }.joined(separator: "\n").lowercased().utf8)
    descriptions = found?.description.mapValues(Needle.smallLetters)
  }

  /// Whether `needle`, in small letters, stands in anything that words are sought in.
  func has(_ needle: Needle) -> Bool {
    needle.isIn(haystack) || descriptions?.contains { needle.isIn($0) } == true
  }

  /// What `-l` can ask for besides the object's labels.
  private func property(_ key: String) -> String? {
    switch key {
    case "name": row.name
    // As the label is called, by which commands select, too.
    case "category", "kubesphere.io/category": row.category
    case "state": row.status.word.isEmpty ? "-" : row.status.word
    case "repository", "kubesphere.io/repository-ref": row.repository
    case "provider": row.provider
    case "running", "installed": row.status.running
    case "wanted": row.status.wanted
    case "recommended": row.recommended
    case "enabled": row.enabledWord
    default: nil
    }
  }

  /// The value of a label or, where there is no such label, of a property.
  func label(_ key: String) -> String? { labels[key] ?? property(key) }
}
