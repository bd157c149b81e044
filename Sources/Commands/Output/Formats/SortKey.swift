import Manifest

/// The key of `--sort-by`, as kubectl 1.32 sorts (`kubectlSortsTheSame`).
///
/// Elements without the key come first. Numbers and quantities (`900Mi`) are sorted by size, strings by their bytes.
/// Unlike kubectl, it also sorts fractions and booleans.
struct SortKey: Hashable, Sendable {
  private let path: JSONPathTemplate
  private let text: String

  /// `.spec.version`, or `{.spec.version}`.
  init(_ text: String) throws(JSONPathError) {
    path = try JSONPathTemplate(relaxed: text)
    self.text = text.hasPrefix("{") ? text : "{\(text.hasPrefix(".") ? "" : ".")\(text)}"
  }

  /// The key of `item`; `nil` if it has none.
  func value(of item: Value) throws(JSONPathError) -> Value? { try path.values(item).first }

  /// Sorts `elements`; elements with equal keys keep their order.
  func sorted<Element>(_ elements: [Element], by key: (Element) -> Value?) throws(JSONPathError) -> [Element] {
    let keyed = elements.map { (element: $0, key: key($0).map(Rank.init)) }
    if !elements.isEmpty, keyed.allSatisfy({ $0.key == nil }) {
      throw JSONPathError("couldn't find any field with path \"\(text)\" in the list of objects")
    }
    let kinds = Set(keyed.compactMap { $0.key?.kind })
    guard kinds.count <= 1, kinds.first != .other else {
      throw JSONPathError("what stands at \(text) cannot be sorted: it is not of one simple type")
    }
    let sorted = keyed.enumerated().sorted { one, other in
      let order = Rank.order(one.element.key, other.element.key)
      return order == 0 ? one.offset < other.offset : order < 0
    }
    return sorted.map(\.element.element)
  }

  /// A key, prepared for comparisons.
  private struct Rank {
    enum Kind { case number, text, bool, other }

    let kind: Kind
    private let number: Double?
    private let text: String

    init(_ value: Value) {
      switch value {
      case .integer(let integer): (kind, number, text) = (.number, Double(integer), "")
      case .number(let number): (kind, self.number, text) = (.number, number, "")
      case .bool(let bool): (kind, number, text) = (.bool, bool ? 1 : 0, "")
      case .string(let string): (kind, number, text) = (.text, Quantity.size(string), string)
      default: (kind, number, text) = (.other, nil, "")
      }
    }

    static func order(_ one: Rank?, _ other: Rank?) -> Int {
      guard let one, let other else { return (one == nil ? 0 : 1) - (other == nil ? 0 : 1) }
      guard let left = one.number, let right = other.number else { return GoText.order(one.text, other.text) }
      return left < right ? -1 : left == right ? 0 : 1
    }
  }
}

/// Kubernetes quantities: `100m`, `1.5Gi`, `2e3`.
enum Quantity {
  private static let units: [Substring: Double] = [
    "": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Ki": 0x1p10,
    "Mi": 0x1p20, "Gi": 0x1p30, "Ti": 0x1p40, "Pi": 0x1p50, "Ei": 0x1p60,
  ]

  /// The value of `text`; `nil` if it is not a quantity.
  static func size(_ text: String) -> Double? {
    let sign = text.prefix { $0 == "+" || $0 == "-" }
    let digits = text.dropFirst(sign.count).prefix { $0 == "." || ("0"..."9").contains($0) }
    let unit = text.dropFirst(sign.count + digits.count)
    guard sign.count <= 1, digits.contains(where: { $0 != "." }), digits.count(where: { $0 == "." }) <= 1,
      let number = Double("0" + digits + (digits.hasSuffix(".") ? "0" : ""))
    else { return nil }
    let signed = sign == "-" ? -number : number
    if let factor = units[unit] { return signed * factor }
    guard unit.first == "e" || unit.first == "E", let power = Int(unit.dropFirst()) else { return nil }
    return Double("\(signed)e\(power)") ?? signed
  }
}
