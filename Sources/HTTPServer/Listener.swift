import HTTP

/// Where a server listens.
package enum Listener: Hashable, Sendable {
  /// A unix socket that only this user can connect to.
  case socket(path: String)
  /// A TCP port; port 0 takes a free one.
  case port(host: String, port: Int, certificate: Certificate?)

  /// Files with a certificate chain and its key, in PEM.
  package struct Certificate: Hashable, Sendable {
    package var chainFile: String
    package var keyFile: String
    /// A PEM file of authorities whose certificates clients may present; `nil` asks clients for none.
    package var clientAuthorities: String?

    package init(chainFile: String, keyFile: String, clientAuthorities: String? = nil) {
      self.chainFile = chainFile
      self.keyFile = keyFile
      self.clientAuthorities = clientAuthorities
    }
  }
}

/// Why a server does not start, as shown to the user.
package enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another server listens there already.
  case inUse(String)
  /// It cannot listen there.
  case cannotListen(String, reason: String)
  /// A file is unusable.
  case badFile(String, reason: String)
  /// The system lets the process open too few files.
  case tooFewFiles(limit: Int, needed: Int)

  package var description: String {
    switch self {
    case .inUse(let address): "\(address): something answers there already"
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    case .badFile(let file, let reason): "\(file): \(reason)"
    case .tooFewFiles(let limit, let needed):
      "only \(limit) files may be open at once, and \(needed) are needed; raise the limit (ulimit -n \(needed))"
    }
  }
}

/// Limits of a server.
package struct ServerLimits: Hashable, Sendable {
  /// Concurrent connections of one listener, if there are enough descriptors.
  package var connections = 2_000
  /// Bytes of the head of a request.
  package var headers = 64 << 10
  /// How long a client may take until the head of its first request is complete.
  package var firstHead = Duration.seconds(10)
  /// The same for each further request.
  package var nextHead = Duration.seconds(300)
  /// The same while the listener is nearly full, so that idle connections make room.
  package var nextHeadWhenNearlyFull = Duration.seconds(5)
  /// How long a body may pause while its reader waits.
  package var bodyPause = Duration.seconds(60)
  /// How long a client may take none of the bytes that are sent.
  package var stall = Duration.seconds(60)
  /// How long a client may go on sending after it has been answered.
  package var leaving = Duration.seconds(1)

  package init() {}
}

/// What every connection of a server uses.
struct ServerSettings: Sendable {
  var handler: any Handler
  var limits: ServerLimits
  /// How many connections one listener may have.
  var share: Int
  /// How full the listener is, which its connections share.
  var load = ListenerLoad()
  /// Makes the response to what the server itself refuses.
  var refusal: @Sendable (RequestFault) -> HTTPResponse
  /// Is called when a certificate has changed and cannot be used.
  var report: @Sendable (String) -> Void = { _ in }
  /// Is called with each request once it is over.
  var log: (@Sendable (ServedRequest) -> Void)?

  /// How long a connection may wait for a further request.
  var nextHead: Duration { load.isNearlyFull ? limits.nextHeadWhenNearlyFull : limits.nextHead }
}
