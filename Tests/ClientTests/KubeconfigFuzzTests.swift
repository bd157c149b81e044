import TestSupport
import Testing

@testable import Client
@testable import Platform

@Suite struct KubeconfigFuzzTests {
  @Test(arguments: 0..<400)
  func brokenFilesNeverDoWorseThanAnError(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes = Array(KubeconfigTests.first.utf8)
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(place..<min(place + 9, bytes.count))
      default: bytes.insert(contentsOf: bytes[place..<min(place + 30, bytes.count)], at: place)
      }
    }
    let broken = bytes
    do throws(KubeconfigError) {
      let context = try Kubeconfig.load(KubeconfigOptions(), environment: ["KUBECONFIG": "/f"]) {
        (path) throws(SystemError) in
        if path == "/f" { return broken }
        return [65]
      }
      #expect(!context.server.isEmpty)
    } catch {
      #expect(!error.problem.isEmpty)
    }
  }
}
