import Testing

@testable import Client

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

/// Random numbers that come again with the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
