import Manifest
package import Packages
import Platform

extension ChartError {
  /// The file of `package` and the line that the error is about; `nil` if the error names no file that exists.
  package func place(in package: Package) -> (file: String, line: Int?)? {
    switch self {
    case .needsHelm(let file, let line, _), .badValue(let file, let line, _, _): (file, line)
    // Its lines are those of the rendered text.
    case .badManifest(let file, _): package.files[file] == nil ? nil : (file, nil)
    case .package(.unreadable(let path, let error)): (path, error.line)
    case .package, .badConfig: nil
    case .helm(let text): Self.place(in: text, package)
    }
  }

  /// helm names a template by chart and path, followed by the templates that it calls; the last one with a line has the
  /// error.
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
