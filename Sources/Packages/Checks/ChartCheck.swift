import Manifest

/// One thing that a package of an extension must be, or should be.
///
/// A check is an entry in `all`: its name, how much it matters, and what looks for it.
package struct ChartCheck: Sendable {
  /// How much a finding matters.
  package enum Severity: Hashable, Sendable {
    /// The package cannot be used, or not as it says.
    case error
    /// The package works, and users will miss something.
    case warning
  }

  /// Where something is wrong, and what.
  package struct Finding: Hashable, Sendable {
    /// The name of the check.
    package let check: String
    /// How much it matters.
    package let severity: Severity
    /// The file, as a path in the package.
    package let file: String
    /// The line, from one; `nil` where it is about the whole file.
    package let line: Int?
    /// What is wrong, as a sentence without its full stop.
    package let text: String

    /// A finding of a check that does not stand in the table.
    package init(check: String, severity: Severity, file: String, line: Int?, text: String) {
      self.check = check
      self.severity = severity
      self.file = file
      self.line = line
      self.text = text
    }
  }

  /// What a check gives back: a file, a line in it, and words.
  typealias Place = (file: String, line: Int?, text: String)

  /// The check of charts that are named and not held.
  package static let dependencies = "dependencies"

  /// Its name, in lower case with hyphens.
  package let id: String
  /// How much its findings matter.
  package let severity: Severity
  /// Looks at a package.
  let look: @Sendable (CheckedPackage) -> [Place]

  init(id: String, severity: Severity, look: @escaping @Sendable (CheckedPackage) -> [Place]) {
    self.id = id
    self.severity = severity
    self.look = look
  }

  /// What is wrong with `package`, by all checks, in the order of the table.
  ///
  /// Where its `Chart.yaml` is made of its `extension.yaml`, the author has nothing but that to mend.
  package static func findings(in package: Package, isChartMade: Bool = false) -> [Finding] {
    let checked = CheckedPackage(package, isChartMade: isChartMade)
    return all.flatMap { check in
      check.look(checked).map {
        Finding(check: check.id, severity: check.severity, file: $0.file, line: $0.line, text: $0.text)
      }
    }
  }
}
