import Glibc
import HTTPServer

/// Runs `body` with a server on a socket of its own.
func serving(
  _ change: (inout ServerLimits) -> Void = { _ in }, _ body: (SampleHandler, Server, String) async throws -> Void
) async throws {
  var limits = ServerLimits()
  change(&limits)
  let directory = "/tmp/ksxd-test-\(UInt64.random(in: 0 ... .max))"
  let path = directory + "/ksxd.sock"
  let handler = SampleHandler()
  let server = try await Server.start(handler, on: [.socket(path: path)], limits: limits)
  do {
    try await body(handler, server, path)
    await server.stop(grace: .zero)
  } catch {
    await server.stop(grace: .zero)
    throw error
  }
  rmdir(directory)
}
