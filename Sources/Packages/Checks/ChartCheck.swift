import Manifest

/// One requirement of a package.
///
/// Each check is an entry in `all`: its name, its severity, and a function that looks for findings.
package struct ChartCheck: Sendable {
  /// How much a finding matters.
  package enum Severity: Hashable, Sendable {
    /// The package cannot be used, or does not work as it says.
    case error
    /// The package works, but lacks something for users.
    case warning
  }

  /// A problem and its place.
  package struct Finding: Hashable, Sendable {
    /// The name of the check.
    package let check: String
    package let severity: Severity
    /// The file, as a path in the package.
    package let file: String
    /// The line, counted from 1; `nil` if the finding is about the whole file.
    package let line: Int?
    /// The problem, as a sentence without a full stop.
    package let text: String

    /// A finding of a check that is not in the table.
    package init(check: String, severity: Severity, file: String, line: Int?, text: String) {
      self.check = check
      self.severity = severity
      self.file = file
      self.line = line
      self.text = text
    }
  }

  /// A result of a check: a file, a line in it, and the problem.
  typealias Problem = (file: String, line: Int?, text: String)

  /// The name of the check for dependencies that are not in the package.
  package static let dependencies = "dependencies"

  /// In lower case with hyphens.
  package let id: String
  package let severity: Severity
  /// Returns the findings in a package.
  let look: @Sendable (CheckedPackage) -> [Problem]

  init(id: String, severity: Severity, look: @escaping @Sendable (CheckedPackage) -> [Problem]) {
    self.id = id
    self.severity = severity
    self.look = look
  }

  /// The findings of all checks in `package`, in the order of the table.
  ///
  /// If `isChartGenerated`, `Chart.yaml` was generated from `extension.yaml`, and findings name the latter, which the
  /// author can edit.
  package static func findings(in package: Package, isChartGenerated: Bool = false) -> [Finding] {
    let checked = CheckedPackage(package, isChartGenerated: isChartGenerated)
    return all.flatMap { check in
      check.look(checked).map {
        Finding(check: check.id, severity: check.severity, file: $0.file, line: $0.line, text: $0.text)
      }
    }
  }
}
