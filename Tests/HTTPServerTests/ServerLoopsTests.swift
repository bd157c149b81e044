import Testing

@testable import HTTPServer

@Suite struct ServerLoopsTests {
  @Test(
    arguments: [
      ("Name:\tksxd\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2), ("Cpus_allowed:\tff,00000001\n", 9),
      ("Cpus_allowed_list:\t0-1\n", nil),
    ] as [(String, Int?)])
  func theCoresThatAProcessMayUseAreCounted(status: String, cores: Int?) {
    #expect(ServerLoops.allowedCores(status) == cores)
  }
}
