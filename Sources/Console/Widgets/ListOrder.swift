import Packages

/// What the rows of a list can be sorted by: each is a command, and a column that a list has or not.
package enum Sorting: String, CaseIterable, Sendable {
  case name, state, version, category, changed
}

/// What rows are sorted by, where it is not the order that they come in.
struct ListOrder: Hashable, Sendable {
  let sorting: Sorting
  var isReversed = false

  /// Stands in the heading of its column.
  var mark: String { isReversed ? " ↓" : " ↑" }

  /// What asking for `sorting` makes of `order`: that column, then the other way around, then the order rows come in.
  static func after(_ order: ListOrder?, asking sorting: Sorting) -> ListOrder? {
    guard let order, order.sorting == sorting else { return ListOrder(sorting: sorting) }
    return order.isReversed ? nil : ListOrder(sorting: sorting, isReversed: true)
  }

  /// `rows` in this order, by whichever of `columns` is meant; rows that are alike stay as they come.
  func sorted<Row>(_ rows: [Row], by columns: [Column<Row>]) -> [Row] {
    guard let column = columns.first(where: { $0.sorting == sorting }) else { return rows }
    let keyed = rows.enumerated().map { (place: $0.offset, value: column.value($0.element), row: $0.element) }
    return keyed.sorted { left, right in
      left.value == right.value
        ? left.place < right.place : SortValue.precedes(left.value, right.value, isReversed: isReversed)
    }.map(\.row)
  }

  /// Whether a row that was `before` and is `after` may stand elsewhere now.
  func separates<Row>(_ before: Row, _ after: Row, _ columns: [Column<Row>]) -> Bool {
    columns.contains { $0.sorting == sorting && $0.value(before) != $0.value(after) }
  }
}

/// What rows are compared by.
enum SortValue: Hashable, Sendable {
  case text(String)
  case number(SemanticVersion)
  /// A moment; the latest comes first.
  case age(Int)
  /// Stands at the end, also the other way around.
  case none

  /// A version in the order of versions; a text that is not a version by its letters, before them.
  static func version(_ text: String) -> SortValue {
    if text.isEmpty { return .none }
    return SemanticVersion(text).map(SortValue.number) ?? .text(text)
  }

  static func precedes(_ left: SortValue, _ right: SortValue, isReversed: Bool) -> Bool {
    switch (left, right) {
    case (.none, _): false
    case (_, .none): true
    case (.text(let a), .text(let b)): isReversed ? a > b : a < b
    case (.number(let a), .number(let b)): isReversed ? a > b : a < b
    case (.age(let a), .age(let b)): isReversed ? a < b : a > b
    case (.text, .number), (.age, .number), (.age, .text): !isReversed
    case (.number, .text), (.number, .age), (.text, .age): isReversed
    }
  }
}
