import Client
import Glibc
import HTTP
import Platform
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips, and says so, where one of the programs is not installed.
  static func needsTools(_ names: String...) -> Self {
    let missing = names.filter { Environment.current.locate($0) == nil }
    return .enabled(if: missing.isEmpty, "not installed: \(missing.joined(separator: ", "))")
  }
}

/// Docker's own registry on a free port of this machine.
final class RunningRegistry: Sendable {
  let host: String
  private let process: Task<Void, Never>

  init(in folder: String) async throws {
    let port = freePort()
    host = "127.0.0.1:\(port)"
    let settings = """
      version: 0.1
      log: {level: error}
      storage: {filesystem: {rootdirectory: \(folder)/registry}, delete: {enabled: true}}
      http: {addr: \(host)}
      """
    try Files.write(Array(settings.utf8), to: folder + "/registry.yml")
    let path = try #require(Environment.current.locate("docker-registry"))
    process = Task {
      // Ended by its cancellation.
      _ = try? await ChildProcess([path, "serve", folder + "/registry.yml"]).run()
    }
    let transport = CurlTransport(base: "http://\(host)")
    await eventually("the registry answers") { (try? await transport.send(HTTPRequest(.get, "/v2/")))?.status == 200 }
  }

  deinit { process.cancel() }
}
