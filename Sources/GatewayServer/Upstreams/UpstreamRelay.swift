import Extensions
import HTTP
import HTTPServer
import NIOCore
import NIOHTTP1

/// A request that an upstream is to answer, ready to be sent.
struct UpstreamRelay: ChannelRelay {
  /// How an exchange goes on and ends.
  enum Outcome: Hashable, Sendable {
    /// The upstream's answer has begun.
    case answered(Int)
    /// The answer is complete, or the tunnel closed.
    case finished
    case failed(UpstreamFailure)
    /// The client has left.
    case abandoned
  }

  let address: UpstreamAddress
  let head: HTTPRequestHead
  let pools: UpstreamPools
  let request: UpstreamRequest
  let report: @Sendable (Outcome) -> Void

  /// `original` is what the client sent; what it offers to go on with, if anything, goes on too.
  init(
    _ request: UpstreamRequest, to address: UpstreamAddress, for original: IncomingRequest, _ pools: UpstreamPools,
    report: @escaping @Sendable (Outcome) -> Void
  ) {
    self.request = request
    self.address = address
    self.pools = pools
    self.report = report
    var fields = NIOHTTP1.HTTPHeaders()
    fields.reserveCapacity(request.headers.fields.count + 4)
    fields.add(name: "Host", value: request.headers["Host"] ?? address.authority)
    for field in request.headers.fields
    where !HTTPHeaders.same(field.name, "Host") && !HTTPHeaders.same(field.name, "traceparent") {
      fields.add(name: field.name, value: field.value)
    }
    fields.add(name: "traceparent", value: original.trace.field)
    if original.head.headers["Transfer-Encoding"] != nil { fields.add(name: "Transfer-Encoding", value: "chunked") }
    if let offer = original.upgrade {
      fields.add(name: "Connection", value: "Upgrade")
      for name in offer.protocols { fields.add(name: "Upgrade", value: name) }
    }
    head = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.target, headers: fields)
  }

  func begin(_ exchange: RelayedExchange) -> any RelayEnd { UpstreamExchange(exchange, self) }

  /// Whether it does no harm to ask twice.
  var isRepeatable: Bool { [.get, .head, .options].contains(request.method) }

  /// The head that the client is sent for the upstream's; `nil` when it may not be passed on.
  func edited(_ head: HTTPResponseHead) -> HTTPResponseHead? {
    if request.rejectsRedirects, (300..<400).contains(head.status.code), head.status != .notModified { return nil }
    var fields = HTTP.HTTPHeaders()
    let named = Self.connectionFields(head.headers)
    for (name, value) in head.headers
    where !HeaderName.isHopByHop(name) && (named.isEmpty || !named.contains(name.lowercased())) {
      fields.add(name, HTTPHeaders.same(name, "Location") ? location(value) : value)
    }
    if let type = request.contentType, head.status.mayHaveResponseBody { fields["Content-Type"] = type }
    for edit in request.headersDown { edit.apply(to: &fields) }
    let isRefused = request.blamesGateway && head.status == .unauthorized
    return HTTPResponseHead(
      version: .http1_1, status: isRefused ? .networkAuthenticationRequired : head.status,
      headers: NIOHTTP1.HTTPHeaders(fields.fields.map { ($0.name, $0.value) }))
  }

  /// The head of an answer that takes up an upgrade.
  func tunnelled(_ head: HTTPResponseHead) -> HTTPResponseHead {
    guard var edited = edited(head) else { return head }
    edited.headers.replaceOrAdd(name: "Connection", value: "Upgrade")
    for name in head.headers["upgrade"] { edited.headers.add(name: "Upgrade", value: name) }
    return edited
  }

  /// The fields behind a body that go on: as before it, none that could pass for another's word.
  static func passedOn(_ trailers: NIOHTTP1.HTTPHeaders) -> NIOHTTP1.HTTPHeaders {
    NIOHTTP1.HTTPHeaders(
      trailers.filter { name, _ in
        !HeaderName.isHopByHop(name) && !HeaderName.isForgeable(name) && !HTTPHeaders.same(name, "Content-Length")
      })
  }

  private static func connectionFields(_ headers: NIOHTTP1.HTTPHeaders) -> Set<String> {
    var names = Set(headers[canonicalForm: "connection"].map { $0.lowercased() })
    if !names.isEmpty { names.subtract(["content-length", "content-type", "close", "keep-alive"]) }
    return names
  }

  /// A place on the upstream as the client finds it, where the rule wants that.
  private func location(_ text: String) -> String {
    guard request.rewritesLocation else { return text }
    let own = (address.trust == nil ? "http://" : "https://") + address.authority
    let isOwn = text.hasPrefix(own + "/") || text == own
    guard isOwn || text.hasPrefix("/") && !text.hasPrefix("//") else { return text }
    return request.locationPrefix + (isOwn ? text.dropFirst(own.count) : text[...])
  }
}
