import Glibc
import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

/// Recorded answers of a real gateway.
@Suite(.needsData(.exchanges))
struct GatewayExchangeTests {
  /// The answer in the file whose name begins with `number`, to whatever is asked.
  private func recorded(_ number: String) throws -> ScriptedTransport {
    let folder = TestData.exchanges.folder
    let name = try #require(try Files.names(in: folder).first { $0.hasPrefix(number + "-") })
    let text = try Files.text(folder + "/" + name).replacingText("\r\n", with: "\n")
    let start = try #require(text.rangeOfText("HTTP/1.1 "))
    let end = try #require(text[start.lowerBound...].rangeOfText("\n\n"))
    let lines = text[start.lowerBound..<end.lowerBound].split(separator: "\n")
    let status = try #require(Int(lines[0].split(separator: " ")[1]))
    var headers = HTTPHeaders()
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers.add(String(parts[0]), String(parts[1]).trimmed())
    }
    let body = Array(text[end.upperBound...].utf8)
    return ScriptedTransport { [headers] _, _ in HTTPResponse(status: status, headers: headers, bytes: body) }
  }

  private func gateway(_ number: String, cluster: String? = nil) throws -> GatewayAPI {
    GatewayAPI(GatewayTransport(try recorded(number), cluster: cluster))
  }

  @Test(arguments: [("04", 2, 12), ("05", 1, 1)])
  func aSearchIsRead(number: String, count: Int, total: Int) async throws {
    let page = try await gateway(number).search(.init(size: 2), skipping: JSONPaths(["spec", "icon"]))

    #expect(page.objects.count == count && page.total == total && page.remaining == total - count)
    #expect(page.objects.allSatisfy { !$0.name.isEmpty && $0.spec["icon"] == nil })
  }

  @Test func theFilesOfAPackageAreRead() async throws {
    let files = try await gateway("07").files(of: "metrics-server-0.7.1")

    let chart = try #require(files.first { $0.name == "Chart.yaml" })
    #expect(try YAML.parse(String(decoding: chart.bytes, as: UTF8.self))["name"] == "metrics-server")
    #expect(files.contains { $0.name == "README.md" } && files.contains { $0.name == "values.yaml" })
  }

  @Test(arguments: [
    ("08", "(400): the gateway knows no cluster “nowhere”."),
    ("09", #"(404): extensions.kubesphere.io "nothing" not found."#),
    ("13", "has a newer version of it (409): Operation cannot be fulfilled"),
    ("15", "(400): not supported verb."),
    (
      "17",
      "did not authenticate the request (401): token contains an invalid number of segments; log in again with ksx login."
    ),
  ])
  func aRefusalIsASentence(number: String, part: String) async throws {
    let api = try gateway(number, cluster: "nowhere").api

    let error = await #expect(throws: ClusterError.self) { try await api.get(.extensions, "x") }

    let sentence = error?.sentence(for: "reading", at: "ks").english ?? ""
    #expect(sentence.contains(part), "\(sentence)")
  }

  @Test func aRefusedLoginIsASentence() async throws {
    let directory = TemporaryFolder()
    let store = TokenStore(profile: "p", server: "https://ks", directory: directory.path)
    let session = GatewaySession(gateway: try recorded("18"), store: store)

    let error = await #expect(throws: GatewayError.self) { try await session.login(user: "a", password: "b") }

    #expect(
      error?.description
        == "logging in: the user name or the password is wrong (Invalid username or password). Try again.")
  }
}
