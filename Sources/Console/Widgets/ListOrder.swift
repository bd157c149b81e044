import Packages

/// The values by which lists can be sorted; each is a command and a column that a list may have.
package enum Sorting: String, CaseIterable, Sendable {
  case name, state, version, category, changed
}

/// The order of rows, if it is not the default one.
struct ListOrder: Hashable, Sendable {
  let sorting: Sorting
  var isReversed = false

  /// The mark in the heading of the column.
  var mark: String { isReversed ? " ↓" : " ↑" }

  /// The order after a request for `sorting`: by that column, then reversed, then the default order (`nil`).
  static func after(_ order: ListOrder?, asking sorting: Sorting) -> ListOrder? {
    guard let order, order.sorting == sorting else { return ListOrder(sorting: sorting) }
    return order.isReversed ? nil : ListOrder(sorting: sorting, isReversed: true)
  }

  /// `rows` in this order by one of `columns`; equal rows keep their order.
  func sorted<Row>(_ rows: [Row], by columns: [Column<Row>]) -> [Row] {
    guard let column = columns.first(where: { $0.sorting == sorting }) else { return rows }
    let keyed = rows.enumerated().map { (index: $0.offset, value: column.value($0.element), row: $0.element) }
    return keyed.sorted { left, right in
      left.value == right.value
        ? left.index < right.index : SortValue.precedes(left.value, right.value, isReversed: isReversed)
    }.map(\.row)
  }

  /// Whether a row that changed from `before` to `after` may have to move.
  func separates<Row>(_ before: Row, _ after: Row, _ columns: [Column<Row>]) -> Bool {
    columns.contains { $0.sorting == sorting && $0.value(before) != $0.value(after) }
  }
}

/// A value by which rows are sorted.
enum SortValue: Hashable, Sendable {
  case text(String)
  case number(SemanticVersion)
  /// A moment; later ones come first.
  case age(Int)
  /// No value; always at the end, even in reverse order.
  case none

  /// A version in version order; a text that is not a version is sorted alphabetically, before all versions.
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
