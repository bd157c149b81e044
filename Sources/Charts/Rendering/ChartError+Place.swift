import Manifest
package import Packages
import Platform

extension ChartError {
  /// Where in `package` it is, as far as it says so: a file that is there, and a line of it.
  package func place(in package: Package) -> (file: String, line: Int?)? {
    switch self {
    case .needsHelm(let file, let line, _), .badValue(let file, let line, _, _): (file, line)
    // Its lines are those of what was rendered.
    case .badManifest(let file, _): package.files[file] == nil ? nil : (file, nil)
    case .package(.unreadable(let path, let error)): (path, error.line)
    case .package, .badConfig: nil
    case .helm(let text): Self.place(in: text, package)
    }
  }

  /// helm names a template by the chart and its path, and what that calls after it: the last with a line is where it is.
  private static func place(in text: String, _ package: Package) -> (file: String, line: Int?)? {
    guard let name = try? package.chart().name, !name.isEmpty else { return nil }
    var found: (file: String, line: Int?)?
    var rest = text[...]
    while let range = rest.rangeOfText(name + "/") {
      rest = rest[range.upperBound...]
      let file = String(rest.prefix { !":,()<>\" ".contains($0) })
      guard package.files[file] != nil else { continue }
      let line =
        rest.dropFirst(file.count).first == ":" ? Int(rest.dropFirst(file.count + 1).prefix(while: \.isNumber)) : nil
      if line != nil || found?.line == nil { found = (file, line) }
    }
    return found
  }
}
