import Platform
package import Testing

extension Trait where Self == ConditionTrait {
  /// Skips, and says so, where there is no openssl to make certificates with.
  package static var needsOpenSSL: Self { .enabled(if: TestCertificate.isAvailable, "openssl was not found") }

  /// Skips, and says so, where there is no data of real servers: scripts/conformance runs these tests where there is.
  package static func needsData(_ part: TestData) -> Self {
    .enabled(if: Files.isDirectory(part.folder), "KSX_TEST_DATA names no folder with \(part.rawValue)/ in it")
  }
}

extension Trait where Self == TimeLimitTrait {
  /// Takes a test for one that hangs when it lasts longer than a loaded machine and `TestTimeout` explain.
  package static var endsInTime: Self { .timeLimit(.minutes(Seeds.isLong ? 60 : 5 * TestTimeout.factor)) }
}

/// What real servers and publishers gave, which lies outside of the project, in the folder that `KSX_TEST_DATA` names.
package enum TestData: String, Sendable {
  /// A folder of definitions of kinds for each version of KubeSphere.
  case definitions = "crds"
  /// Requests to a gateway with their answers.
  case exchanges
  /// Packages of extensions.
  case packages
  /// The objects and the chart of the design as it was first written.
  case mission = "../mission/examples"

  /// Where it lies.
  package var folder: String { (Environment.current["KSX_TEST_DATA"] ?? "/nonexistent") + "/" + rawValue }
}
