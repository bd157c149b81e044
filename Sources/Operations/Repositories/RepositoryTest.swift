import Client
import HTTP
import Manifest
import Packages
package import Platform

/// Tests from this computer whether an address serves a chart repository.
package struct RepositoryTest: Hashable, Sendable {
  /// The result of a test.
  package enum Outcome: Hashable, Sendable {
    /// An index of charts.
    case index(charts: Int, versions: Int, bytes: Int)
    /// A registry of OCI images, which has no index.
    case registry
    case problem(Sentence)
  }

  /// The settings of the connection.
  package struct Settings: Sendable {
    package var authority: [UInt8]?
    package var isInsecure = false
    package var username: String?
    package var password: String?

    package init() {}
  }

  /// In bytes; an index of 30,000 versions has 21 MB.
  private static let longest = 128 << 20

  /// Tests `address`.
  package static func outcome(of address: String, _ settings: Settings) async -> Outcome {
    if address.hasPrefix("file://") {
      return .problem(
        "\(address) is a folder of the computer that the controllers run on: it cannot be tested from here")
    }
    let isRegistry = address.hasPrefix("oci://")
    let base = isRegistry ? "https://" + address.dropFirst(6).prefix { $0 != "/" } : address
    guard let server = ServerAddress(base), server.host.isEmpty == false else {
      return .problem("\(MaskedText(address).text) is no address: https://HOST/PATH or oci://HOST/PATH is expected")
    }
    var connection = Connection(server: base)
    connection.tls.authority = settings.authority
    connection.tls.isVerified = !settings.isInsecure
    return await outcome(isRegistry, settings, CurlTransport(connection))
  }

  /// The same test through any transport.
  static func outcome(_ isRegistry: Bool, _ settings: Settings, _ transport: any Transport) async -> Outcome {
    var request = HTTPRequest(.get, isRegistry ? "/v2/" : "/index.yaml")
    if let username = settings.username {
      let credential = Credential.basic(username, settings.password ?? "")
      for field in credential.headers.fields { request.headers[field.name] = field.value }
    }
    do {
      let response = try await transport.send(request)
      if isRegistry, [200, 401].contains(response.status) { return .registry }
      guard response.status == 200 else { return .problem(problem(response)) }
      return index(in: try await response.body.collected(upTo: longest))
    } catch {
      return .problem(ClusterError.transport(error).words)
    }
  }

  private static func problem(_ response: HTTPResponse) -> Sentence {
    switch response.status {
    case 401, 403: "it wants another user name and password (\(response.status))"
    case 301, 302, 307, 308:
      response.headers["Location"].map { "it leads to \(MaskedText($0).text), which was not followed" }
        ?? "it leads to another address, which was not followed"
    case 404: "there is no index.yaml (404)"
    default: "it answers with \(response.status)"
    }
  }

  /// What helm cannot parse in an entry; because of that it refuses the whole index.
  private static func flaw(of name: String, _ item: YAMLNode) -> Sentence? {
    guard let created = item["created"], created.value != .null else { return nil }
    if created.value.string.flatMap(Timestamp.seconds) != nil { return nil }
    return "line \(created.line): created of \(name) is no time"
  }

  static func index(in bytes: [UInt8]) -> Outcome {
    guard let text = try? String(textOf: bytes) else { return .problem("its index.yaml is not UTF-8") }
    var charts: Set<String> = []
    var versions = 0
    var flaw: Sentence?
    do {
      let hasEntries = try YAML.forEachItem(under: "entries", in: text) { name, item in
        charts.insert(name)
        versions += 1
        flaw = flaw ?? Self.flaw(of: name, item)
      }
      if let flaw { return .problem("its index.yaml is refused by helm: \(flaw)") }
      guard hasEntries || EmptyIndex.isIndex(text) else {
        return .problem("its index.yaml has no entries: it is no index of charts")
      }
      return .index(charts: charts.count, versions: versions, bytes: bytes.count)
    } catch {
      return .problem("its index.yaml cannot be read: \(error)")
    }
  }
}
