package import HTTP
package import KubernetesAPI
import Platform

/// The request that a rule sends to its upstream, and the changes to the response.
package struct UpstreamRequest: Hashable, Sendable {
  package var endpoint: Endpoint
  package var method: HTTPRequest.Method
  package var target: String
  package var headers: HTTPHeaders
  package var headersDown: [HeaderEdit] = []
  /// Replaces the upstream's own `Content-Type`.
  package var contentType: String?
  /// Whether redirects to the upstream are rewritten to this gateway.
  package var rewritesLocation = false
  /// The prefix of such a location on this gateway.
  package var locationPrefix = ""
  package var rejectsRedirects = false
  /// Why it is not sent: the rule has produced a path that no client may request.
  package var flaw: RequestPath.Flaw?
  /// Whether a 401 of the upstream is about the gateway's credentials and not the caller's.
  package var isUnauthorizedAboutGateway = false

  /// A path and query with more bytes are not sent.
  package static let longestTarget = 16_384

  /// The caller and its address.
  package struct Requester: Hashable, Sendable {
    package var user: User?
    /// The address of the client, without a port; empty if there is none.
    package var address: String

    package init(user: User?, address: String) {
      self.user = user
      self.address = address
    }
  }

  /// The request to the upstream of `rule` for `request`.
  package init(_ rule: APIServiceRule, _ request: HTTPRequest, _ path: RequestPath, by requester: Requester) {
    self.init(rule.endpoint, request)
    target = Self.prefixed(path.target(with: path.decoded, query: path.query), rule.prefixesPath ? rule.endpoint : nil)
    add(requester, tellsUser: true)
  }

  /// Applies the changes in this order: method, path, header fields, user.
  package init(_ rule: ReverseProxyRule, _ request: HTTPRequest, _ path: RequestPath, by requester: Requester) {
    self.init(rule.endpoint, request)
    if let changed = rule.method.flatMap(HTTPRequest.Method.init) { method = changed }
    let host = request.headers["Host"] ?? ""
    let (text, query) = rule.changes.applied(to: path, method: request.method.rawValue, host: host)
    if RequestPath.leadsUpwards(text) { flaw = .dots }
    target = Self.prefixed(path.target(with: text, query: query), rule.prefixesPath ? rule.endpoint : nil)
    for edit in rule.headersUp { edit.apply(to: &headers) }
    add(requester, tellsUser: rule.tellsUser)
    headersDown = rule.headersDown
    rewritesLocation = rule.rewritesLocation
    locationPrefix = rule.changes.prefix
    rejectsRedirects = rule.rejectsRedirects
  }

  /// The request for a bundle's file at an upstream, without credentials and cookies of the caller.
  package init(_ endpoint: Endpoint, of file: JSBundleRule.File, _ request: HTTPRequest, by requester: Requester) {
    self.init(endpoint, request)
    headers["Cookie"] = nil
    target = endpoint.path.isEmpty ? "/" : RequestPath.encoded(endpoint.path)
    add(Requester(user: nil, address: requester.address), tellsUser: false)
    contentType = file.contentType
  }

  /// The request to a Kubernetes API server on behalf of `user`; with the UID of the user if `includesUID`.
  package init(toAPI request: HTTPRequest, by user: User, includesUID: Bool = false) {
    self.init(Endpoint(nil, isFirstDesign: false), request)
    headers.add("Impersonate-User", user.name)
    if includesUID, !user.uid.isEmpty { headers.add("Impersonate-Uid", user.uid) }
    for group in user.groups { headers.add("Impersonate-Group", group) }
    for (key, values) in user.extra.sorted(by: { $0.key < $1.key }) {
      for value in values { headers.add("Impersonate-Extra-" + PercentEncoding.encode(key), value) }
    }
  }

  private init(_ endpoint: Endpoint, _ request: HTTPRequest) {
    self.endpoint = endpoint
    method = request.method
    target = request.target
    headers = HTTPHeaders()
    let named = Self.connectionFields(request.headers)
    for field in request.headers.fields {
      guard !HeaderName.isHopByHop(field.name), !HeaderName.isForgeable(field.name),
        !field.isNamed("host"),
        named.isEmpty || !named.contains(field.name.lowercased())
      else { continue }
      headers.add(field.name, field.value)
    }
  }

  /// The fields that `Connection` declares to be for this connection only.
  private static func connectionFields(_ headers: HTTPHeaders) -> Set<String> {
    var names: Set<String> = []
    for field in headers.fields where field.isNamed("connection") {
      for name in field.value.split(separator: ",") {
        names.insert(name.lowercased().filter { $0 != " " && $0 != "\t" })
      }
    }
    if names.isEmpty { return names }
    // A client must not remove the fields that determine where a body ends.
    return names.subtracting(["content-length", "transfer-encoding", "host", "close", "keep-alive", "upgrade"])
  }

  private mutating func add(_ requester: Requester, tellsUser: Bool) {
    if !requester.address.isEmpty { headers["X-Forwarded-For"] = requester.address }
    guard tellsUser, let user = requester.user else { return }
    headers.add("X-Remote-User", Self.fieldText(user.name))
    for group in user.groups { headers.add("X-Remote-Group", Self.fieldText(group)) }
    for (key, values) in user.extra.sorted(by: { $0.key < $1.key }) {
      for value in values { headers.add("X-Remote-Extra-" + PercentEncoding.encode(key), Self.fieldText(value)) }
    }
  }

  /// Percent-encodes a text that a header field cannot contain.
  private static func fieldText(_ text: String) -> String {
    text.utf8.allSatisfy { $0 >= 32 && $0 < 127 } ? text : PercentEncoding.encode(text)
  }

  private static func prefixed(_ target: String, _ endpoint: Endpoint?) -> String {
    guard let path = endpoint?.path, !path.isEmpty else { return target }
    return RequestPath.encoded(path) + target
  }
}

extension Endpoint {
  /// The prefix of all paths requested there, without a slash at its end.
  package var path: String {
    switch location {
    case .address(let address): address.path
    case .service(let service): service.path.hasSuffix("/") ? String(service.path.dropLast()) : service.path
    case nil: ""
    }
  }
}
