import Extensions
import HTTP
import HTTPServer
import NIOCore
import NIOHPACK
import NIOHTTP1
import Platform

/// A request to an upstream, ready to be sent.
final class UpstreamRelay: ChannelRelay, UpstreamHead {
  /// How an exchange proceeds and ends.
  enum Outcome: Hashable, Sendable {
    /// The upstream's response has begun.
    case answered(Int)
    /// The response is complete, or the tunnel is closed.
    case finished
    case failed(UpstreamFailure)
    /// The client has left before the response began.
    case abandoned

    /// The status that the client receives, if the outcome decides it; 0 for none.
    var status: Int? {
      switch self {
      case .answered(let status): status
      case .failed(let failure): failure.response.status
      case .abandoned: 0
      case .finished: nil
      }
    }
  }

  let address: UpstreamAddress
  let pools: UpstreamPools
  let request: UpstreamRequest
  /// Whether the body has no length.
  let isChunked: Bool
  let report: @Sendable (Outcome) -> Void
  private let trace: TraceContext
  /// Whether the client's request has passed this gateway already; read from the original request, which no rule has
  /// changed.
  private let isLoop: Bool
  /// The protocols that the client offers to switch to, which are offered to the upstream too.
  private let offers: [String]

  /// `original` is the client's request.
  init(
    _ request: UpstreamRequest, to address: UpstreamAddress, for original: IncomingRequest, _ pools: UpstreamPools,
    report: @escaping @Sendable (Outcome) -> Void
  ) {
    self.request = request
    self.pools = pools
    self.report = report
    trace = original.trace
    isLoop = Hops.isLoop(original.head.headers)
    offers = original.upgrade?.protocols ?? []
    var address = address
    // Only HTTP/1.1 has upgrades, and heads that are longer than a frame.
    address.isHTTP1Only = !offers.isEmpty || !request.headers.fitsFrame(beside: request.target)
    self.address = address
    isChunked = original.head.headers["Transfer-Encoding"] != nil
  }

  private init(_ other: UpstreamRelay, report: @escaping @Sendable (Outcome) -> Void) {
    (address, pools, request, isChunked) = (other.address, other.pools, other.request, other.isChunked)
    (trace, isLoop, offers, self.report) = (other.trace, other.isLoop, other.offers, report)
  }

  func reportingStatus(to tell: @escaping @Sendable (Int) -> Void) -> any Relay {
    let (report, isReported, isUnauthorizedAboutGateway) = (report, Locked(false), request.isUnauthorizedAboutGateway)
    return UpstreamRelay(self) { outcome in
      report(outcome)
      guard let status = outcome.status else { return }
      let isFirst = isReported.withLock { isReported in
        defer { isReported = true }
        return !isReported
      }
      if isFirst { tell(isUnauthorizedAboutGateway && status == 401 ? 511 : status) }
    }
  }

  var method: HTTPRequest.Method { request.method }

  func write(to buffer: inout ByteBuffer) -> Bool {
    guard buffer.writeRequestLine(request.method.rawValue, request.target), buffer.writeField("Host", host) else {
      return false
    }
    for field in request.headers.fields where !field.isNamed("host") && !field.isNamed("traceparent") {
      guard buffer.writeField(field.name, field.value) else { return false }
    }
    guard buffer.writeField("traceparent", trace.traceparent), buffer.writeField("Via", Hops.field) else {
      return false
    }
    var rest = HTTP.HTTPHeaders()
    if isChunked { rest.add("Transfer-Encoding", "chunked") }
    if !offers.isEmpty { rest.add("Connection", "Upgrade") }
    for offer in offers { rest.add("Upgrade", offer) }
    return buffer.writeFields(rest)
  }

  func block() -> HPACKHeaders? {
    var block = HPACKHeaders(request.method.rawValue, request.target, at: host, isEncrypted: address.trust != nil)
    var fields = request.headers
    fields.removeAll { $0.isNamed("host") || $0.isNamed("traceparent") || $0.isNamed("te") }
    fields.add("traceparent", trace.traceparent)
    fields.add("via", Hops.field)
    return block.add(fields) ? block : nil
  }

  private var host: String { request.headers["Host"] ?? address.authority }

  /// A response that the client's connection carries out as a relay.
  var response: HTTPResponse {
    if isLoop {
      return .unavailable("the rule leads back to it", code: 508, reason: "LoopDetected")
    }
    var response = Self.withoutConnection
    response.relay = self
    return response
  }

  /// The response for callers without a connection; made once.
  private static let withoutConnection = HTTPResponse.unavailable("this can only be answered on a connection")

  func begin(_ exchange: RelayedExchange) -> any RelayEnd { UpstreamExchange(exchange, self) }

  /// Whether repeating the request is harmless.
  var isRepeatable: Bool { [.get, .head, .options].contains(request.method) }

  /// The upstream's head as it is sent to the client; `nil` if it may not be passed on.
  func edited(_ head: ResponseHead) -> ResponseHead? {
    if request.rejectsRedirects, (300..<400).contains(head.status.code), head.status != .notModified { return nil }
    var head = head
    let named = Self.connectionFields(head.headers)
    head.headers.removeAll { field in
      HeaderName.isHopByHop(field.name) || !named.isEmpty && named.contains(field.name.lowercased())
    }
    if request.rewritesLocation, let url = head.headers["Location"] { head.headers["Location"] = location(url) }
    if let type = request.contentType, head.status.mayHaveResponseBody { head.headers["Content-Type"] = type }
    for edit in request.headersDown { edit.apply(to: &head.headers) }
    if request.isUnauthorizedAboutGateway, head.status == .unauthorized { head.status = .networkAuthenticationRequired }
    return head
  }

  /// Whether `head` switches to a protocol that the client has offered.
  func acceptsUpgrade(_ head: ResponseHead) -> Bool {
    let names = head.headers.fields.filter { $0.isNamed("upgrade") }.map { $0.value.lowercased() }
    return !names.isEmpty && names.allSatisfy { name in offers.contains { $0.lowercased() == name } }
  }

  /// The head of a response that accepts an upgrade, as it is sent to the client.
  func tunnelled(_ head: ResponseHead) -> ResponseHead {
    guard var edited = edited(head) else { return head }
    edited.headers["Connection"] = "Upgrade"
    for field in head.headers.fields where field.isNamed("upgrade") { edited.headers.add(field) }
    return edited
  }

  /// The trailers that are passed on: like header fields, without those about the connection and those that could forge
  /// an identity.
  static func passedOn(_ trailers: HTTP.HTTPHeaders) -> HTTP.HTTPHeaders {
    var trailers = trailers
    trailers.removeAll { field in
      HeaderName.isHopByHop(field.name) || HeaderName.isForgeable(field.name) || field.isNamed("content-length")
    }
    return trailers
  }

  private static func connectionFields(_ headers: HTTP.HTTPHeaders) -> Set<String> {
    var names: Set<String> = []
    for field in headers.fields where field.isNamed("connection") && !HTTPHeaders.same(field.value, "keep-alive") {
      for name in field.value.split(separator: ",") {
        names.insert(name.lowercased().filter { $0 != " " && $0 != "\t" })
      }
    }
    return names.subtracting(["content-length", "content-type", "close", "keep-alive"])
  }

  /// A URL on the upstream as the client reaches it, if the rule asks for that.
  private func location(_ text: String) -> String {
    guard request.rewritesLocation else { return text }
    let own = (address.trust == nil ? "http://" : "https://") + address.authority
    let isOwn = text.hasPrefix(own + "/") || text == own
    guard isOwn || text.hasPrefix("/") && !text.hasPrefix("//") else { return text }
    return request.locationPrefix + (isOwn ? text.dropFirst(own.count) : text[...])
  }
}
