/// The characters of Unicode by general category, as regular expressions name them: `Lu`, `L`, `Any`.
enum UnicodeCategories {
  /// The set called `name`; `nil` if there is none, as for scripts.
  static func named(_ name: String) -> ScalarSet? { name == "Any" ? .all : all[name] }

  /// Made at the first use, by looking at each character once.
  private static let all: [String: ScalarSet] = {
    // No scalar is a surrogate.
    var found: [String: ScalarSet] = ["Cs": ScalarSet(0xD800...0xDFFF)]
    var (name, start): (String?, UInt32) = (nil, 0)
    for value in 0...UInt32(0x110000) {
      let present = Unicode.Scalar(value).flatMap { names[$0.properties.generalCategory] }
      if present == name { continue }
      if let name { found[name, default: ScalarSet()].insert(ScalarSet(start...value - 1)) }
      (name, start) = (present, value)
    }
    for (name, set) in found { found[String(name.prefix(1)), default: ScalarSet()].insert(set) }
    for name in found.keys { found[name]?.normalize() }
    return found
  }()

  /// Those that are assigned.
  private static let names: [Unicode.GeneralCategory: String] = [
    .uppercaseLetter: "Lu", .lowercaseLetter: "Ll", .titlecaseLetter: "Lt", .modifierLetter: "Lm", .otherLetter: "Lo",
    .nonspacingMark: "Mn", .spacingMark: "Mc", .enclosingMark: "Me", .decimalNumber: "Nd", .letterNumber: "Nl",
    .otherNumber: "No", .connectorPunctuation: "Pc", .dashPunctuation: "Pd", .openPunctuation: "Ps",
    .closePunctuation: "Pe", .initialPunctuation: "Pi", .finalPunctuation: "Pf", .otherPunctuation: "Po",
    .mathSymbol: "Sm", .currencySymbol: "Sc", .modifierSymbol: "Sk", .otherSymbol: "So", .spaceSeparator: "Zs",
    .lineSeparator: "Zl", .paragraphSeparator: "Zp", .control: "Cc", .format: "Cf", .privateUse: "Co",
  ]
}
