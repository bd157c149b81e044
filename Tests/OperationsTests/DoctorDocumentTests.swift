import Platform
import TestSupport
import Testing

@testable import Operations

/// What docs/DOCTOR.md describes is what the doctor knows.
@Suite struct DoctorDocumentTests {
  @Test func everyTroubleThatTheDoctorKnowsIsDescribed() throws {
    let lines = try Files.text(GeneratedTable.project + "/docs/DOCTOR.md").split(separator: "\n")
    // The first column names one or more of them in backquotes.
    let names = lines.filter { $0.hasPrefix("| `") }.compactMap { $0.split(separator: "|").first }
    let described = names.flatMap { name in
      name.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
        .map { String($0.element) }
    }

    #expect(Set(described) == Set(Finding.Cause.allCases.map(\.rawValue)))
  }
}
