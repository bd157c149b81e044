import Manifest
import Platform

/// The template of a table cell: text with values of the object, such as `{status.readyReplicas|0}/{spec.replicas|0}`.
///
/// `{PATH,PATH|ELSE}` gives the values at the first path that has any, separated by commas, or `ELSE` if none has;
/// `{FUNCTION:PATH,PATH|ELSE}` gives the result of a function on the values at all paths, or `ELSE` if it is empty.
struct CellTemplate: Sendable {
  private var pieces: [Piece] = []

  private enum Piece: Sendable {
    case text(String)
    case value([JSONPath], else: String)
    case result(CellFunction, [JSONPath], else: String)
  }

  init(_ text: String) {
    var rest = text[...]
    while let start = rest.firstIndex(of: "{") {
      guard let end = rest[start...].firstIndex(of: "}") else { fatalError("a cell template lacks a brace: \(text)") }
      if start > rest.startIndex { pieces.append(.text(String(rest[..<start]))) }
      pieces.append(Self.piece(rest[rest.index(after: start)..<end]))
      rest = rest[rest.index(after: end)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
  }

  private static func piece(_ text: Substring) -> Piece {
    let sides = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    let fallback = sides.count > 1 ? String(sides[1]) : ""
    let words = sides[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count > 1 else { return .value(paths(sides[0]), else: fallback) }
    guard let function = CellFunctions.all[String(words[0])] else { fatalError("no cell function \(words[0])") }
    return .result(function, paths(words[1]), else: fallback)
  }

  private static func paths(_ text: Substring) -> [JSONPath] {
    text.split(separator: ",").map { word in
      guard let path = JSONPath("." + word) else { fatalError("a cell template has an invalid path: \(word)") }
      return path
    }
  }

  /// The text of the cell for `object`.
  func text(of object: Value, at now: Timestamp) -> String {
    pieces.reduce(into: "") { text, piece in
      switch piece {
      case .text(let part): text += part
      case .value(let paths, let fallback):
        let found = paths.lazy.map { $0.values(in: object) }.first { !$0.isEmpty } ?? []
        let words = found.map(CellFunctions.word).joined(separator: ",")
        text += words.isEmpty ? fallback : words
      case .result(let function, let paths, let fallback):
        let cell = Cell(object: object, values: paths.map { $0.values(in: object) }, now: now)
        let words = function(cell)
        text += words.isEmpty ? fallback : words
      }
    }
  }
}

/// The input of a cell function.
struct Cell {
  /// The whole object.
  var object: Value
  /// The values found at each path.
  var values: [[Value]]
  var now: Timestamp

  /// The first value found at any path that is not null.
  var first: Value? { values.lazy.compactMap(\.first).first { $0 != .null } }
}

/// Formats the values of a cell; empty if there is nothing to show.
typealias CellFunction = @Sendable (Cell) -> String
