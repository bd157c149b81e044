import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform

/// A column of a table.
struct TextColumn<Element>: Sendable {
  var heading: String
  /// Whether it is shown only with `-o wide`.
  var isWide: Bool
  var text: @Sendable (Element) -> String

  init(_ heading: String, isWide: Bool = false, text: @escaping @Sendable (Element) -> String) {
    (self.heading, self.isWide, self.text) = (heading, isWide, text)
  }
}

extension TextTable {
  /// A row for each of `elements`.
  init<Element>(_ columns: [TextColumn<Element>], _ elements: [Element], isWide: Bool = false) {
    let visible = columns.filter { isWide || !$0.isWide }
    self.init(headings: visible.map(\.heading), rows: elements.map { element in visible.map { $0.text(element) } })
  }
}

/// The columns of `ksx list`.
enum ListColumns {
  static let all: [TextColumn<ExtensionRow>] = [
    TextColumn("NAME") { $0.name },
    TextColumn("STATE") { row in
      row.status.isInstalled && !row.status.isOffered ? "\(row.status.word), no longer offered" : row.status.word
    },
    TextColumn("RUNNING") { $0.status.running },
    TextColumn("WANTED") { $0.status.wanted },
    TextColumn("RECOMMENDED") { $0.recommended },
    TextColumn("ENABLED") { $0.enabledWord },
    TextColumn("CATEGORY") { $0.category },
    TextColumn("REPOSITORY", isWide: true) { $0.repository },
    TextColumn("PROVIDER", isWide: true) { $0.provider },
    TextColumn("TITLE", isWide: true) { $0.title },
  ]
}

/// A row of `ksx versions`: a version, with its role for the extension.
struct ListedVersion: Sendable {
  var version: String
  var note: String
  /// `nil` if the user may not read versions, and the extension only lists their names.
  var details: ExtensionVersion?

  /// The columns of `ksx versions`.
  static let columns: [TextColumn<ListedVersion>] = [
    TextColumn("VERSION") { $0.version },
    TextColumn("NOTE") { $0.note },
    TextColumn("KUBERNETES") { $0.details?.kubeVersion ?? "" },
    TextColumn("KUBESPHERE") { $0.details?.ksVersion ?? "" },
    TextColumn("CREATED") { $0.details?.created ?? "" },
  ]

  /// The rows for `versions`, or for the versions that the extension lists if they may not be read.
  static func all(
    _ versions: [ExtensionVersion]?, of found: Extension?, _ status: ExtensionStatus
  ) -> [ListedVersion] {
    func listed(_ version: String, _ details: ExtensionVersion?) -> ListedVersion {
      let isRecommended = VersionText(version) == found.map { VersionText($0.recommendedVersion) }
      let absence = details?.absence.map { [$0.english] } ?? []
      let notes = status.notes(on: version) + (isRecommended ? ["recommended"] : []) + absence
      return ListedVersion(version: version, note: notes.joined(separator: ", "), details: details)
    }
    if let versions { return versions.withoutDuplicates.map { listed($0.version, $0) } }
    return found?.versions.reversed().map { listed($0, nil) } ?? []
  }
}
