import Platform
package import Testing

/// A table in a document that is made of the tables the program reads, or a picture of what it shows, so that the document
/// cannot lag behind.
///
/// It stands between `<!-- table NAME: … -->` and `<!-- end of NAME -->`; scripts/tables writes it anew.
package struct GeneratedTable {
  private let name: String
  private let document: String
  private let text: String

  /// The table `name` of `document`, a path from the project's folder.
  package init(_ name: String, in document: String = "README.md", columns: [String], rows: [[String]]) {
    self.name = name
    self.document = Self.project + "/" + document
    let dashes = columns.map { _ in "---" }
    text = ([columns, dashes] + rows).map { "| " + $0.map(Self.escaped).joined(separator: " | ") + " |\n" }.joined()
  }

  /// The picture `name` of `document`: the text of a screen, in a block of its own.
  package init(picture name: String, in document: String = "README.md", lines: [String]) {
    self.name = name
    self.document = Self.project + "/" + document
    text = (["```"] + lines.map { String($0.reversed().drop { $0 == " " }.reversed()) } + ["```"]).map { $0 + "\n" }
      .joined()
  }

  /// Fails when the document says something else, unless it is to be written.
  package func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let lines = try Files.text(document).split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(
      lines.firstIndex { $0.hasPrefix("<!-- table \(name):") }, "\(document) has no table \(name)",
      sourceLocation: sourceLocation)
    let end = try #require(
      lines.firstIndex(of: "<!-- end of \(name) -->"), "the table \(name) has no end", sourceLocation: sourceLocation)
    let found = lines[(start + 1)..<end].map { $0 + "\n" }.joined()
    if found == text { return }
    guard Environment.current["KSX_WRITE_TABLES"] != nil else {
      Issue.record("the table \(name) of \(document) is stale: run scripts/tables", sourceLocation: sourceLocation)
      return
    }
    let written =
      (lines[...start] + text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) + lines[end...])
      .joined(separator: "\n")
    try Files.write(Array(written.utf8), to: document)
  }

  /// A bar would end the cell.
  private static func escaped(_ cell: String) -> String {
    cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }

  package static let project = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}
