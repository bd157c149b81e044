package import Extensions
import Packages

/// What a filter can ask about one extension, prepared once when the extension changes, not for each query.
///
/// A class, although a value: a filter reads thousands of them for each key, and each copy of a struct would count the
/// references of all its fields.
package final class FilterSubject: Hashable, Sendable {
  package let row: ExtensionRow
  /// The version that `needs`, `kube` and `ks` are about; `nil` if it is not known.
  package var version: ExtensionVersion? { known.first }
  /// At most one.
  ///
  /// Most of thousands of rows have none, and an optional would take the memory of a whole version in each.
  private let known: [ExtensionVersion]
  /// The id and the titles of its category, in lower case; `nil` if there is no such category.
  private let categoryKeys: [String]?
  let labels: [String: String]
  /// The text that words are searched in, besides the description, in lower case.
  private let haystack: [UInt8]
  /// The description, if the row's one cannot be searched as it is.
  ///
  /// That one is shared with the extension and not copied, because descriptions are most of the memory of a long list.
  private let description: String?

  /// `version` is the running version, else the one that would be installed, if it was read.
  package init(
    _ row: ExtensionRow, _ found: Extension?, category: Category? = nil, version: ExtensionVersion? = nil,
    labels: [String: String] = [:]
  ) {
    self.row = row
    known = version.map { [$0] } ?? []
    self.labels = labels
    categoryKeys = category?.searchKeys
    let titles = found.map { $0.displayName.values } ?? []
    let rest = found.map { $0.provider.values + $0.versions } ?? []
    let texts =
      [row.title, row.name, row.status.word] + titles + (category?.searchKeys ?? [row.category]) + rest
      + (version?.keywords ?? [])
    // Many of these texts are equal, for example the titles in both languages.
    var seen: Set<String> = []
    haystack = Array(texts.filter { seen.insert($0).inserted }.joined(separator: "\n").lowercased().utf8)
    description = Needle.smallLetters(row.summary)
  }

  package static func == (one: FilterSubject, other: FilterSubject) -> Bool {
    // The other texts are made from these.
    one === other
      || one.row == other.row && one.known == other.known && one.categoryKeys == other.categoryKeys
        && one.labels == other.labels && one.haystack == other.haystack
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(row) }

  /// The id and the titles of its category, in lower case.
  var categories: [String] { categoryKeys ?? [row.category.lowercased()] }

  /// Whether `needle`, in lower case, occurs in any of the searched texts.
  func has(_ needle: Needle) -> Bool {
    needle.isIn(haystack) || needle.isIn(description ?? row.summary)
  }

  /// The properties that `-l` can query besides the object's labels.
  private func property(_ key: String) -> String? {
    switch key {
    case "name": row.name
    // The name of the label, which other commands use in selectors.
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

  /// The value of a label or, if there is no such label, of a property.
  func label(_ key: String) -> String? { labels[key] ?? property(key) }
}
