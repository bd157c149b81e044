import Manifest
import Packages

/// What an index says about a chart: the fields of `Chart.yaml` that helm 3.17 knows, as `helm repo index` writes them,
/// without empty ones and in the order of their names.
enum IndexedChart {
  /// `urls`, `digest` and `created` are added by the index.
  static func fields(of package: Package) throws(PackageError) -> Mapping {
    var chart = ChartTexts.corrected(try package.chartValue().mapping ?? [:])
    chart["dependencies"] = .sequence(try package.dependencies())
    chart = ChartTexts.corrected(chart)
    if chart["apiVersion"] == nil || chart["apiVersion"] == "" { chart["apiVersion"] = "v1" }
    var fields = known(chart, names)
    fields["maintainers"] = items(of: chart["maintainers"], ["name", "email", "url"])
    fields["dependencies"] = items(of: chart["dependencies"], dependency).map(withPlace)
    if let annotations = chart["annotations"]?.mapping, !annotations.isEmpty {
      fields["annotations"] = .mapping(ordered(annotations))
    }
    return ordered(fields)
  }

  private static let names = [
    "apiVersion", "name", "version", "kubeVersion", "description", "type", "keywords", "home", "sources", "icon",
    "appVersion", "deprecated", "condition", "tags",
  ]
  private static let dependency = [
    "name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias",
  ]
  /// What helm leaves as it is.
  private static let verbatim = ["apiVersion", "version", "type", "alias", "import-values"]

  private static func known(_ value: Mapping, _ names: [String]) -> Mapping {
    var fields: Mapping = [:]
    for name in names {
      guard let value = value[name], !isEmpty(value) else { continue }
      let text = verbatim.contains(name) ? value : printable(value)
      if !isEmpty(text) { fields[name] = text }
    }
    return fields
  }

  private static func isEmpty(_ value: Value) -> Bool {
    [.null, "", false].contains(value) || value.sequence?.isEmpty == true || value.mapping?.isEmpty == true
  }

  private static func items(of list: Value?, _ names: [String]) -> Value? {
    guard let items = list?.sequence, !items.isEmpty else { return nil }
    return .sequence(items.map { .mapping(ordered(known($0.mapping ?? [:], names))) })
  }

  /// A dependency has a name and a repository even if they are empty.
  private static func withPlace(_ dependencies: Value) -> Value {
    .sequence(
      (dependencies.sequence ?? []).map { value in
        var dependency = value.mapping ?? [:]
        for name in ["name", "repository"] where dependency[name] == nil { dependency[name] = "" }
        return .mapping(ordered(dependency))
      })
  }

  /// Texts on one line and without what cannot be printed.
  private static func printable(_ value: Value) -> Value {
    switch value {
    case .string(let text):
      var scalars = String.UnicodeScalarView()
      for scalar in text.unicodeScalars {
        if scalar.properties.isWhitespace { scalars.append(" ") } else if isPrintable(scalar) { scalars.append(scalar) }
      }
      return .string(String(scalars))
    case .sequence(let items): return .sequence(items.map(printable))
    default: return value
    }
  }

  /// What Go's `unicode.IsPrint` accepts, but for the blank, which is taken before; Go 1.24 knows fewer characters, those of
  /// Unicode 15.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      false
    default: true
    }
  }

  static func ordered(_ mapping: Mapping) -> Mapping {
    Mapping(mapping.pairs.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
  }
}
