import HTTP

/// Where a server can be reached.
package enum Listener: Hashable, Sendable {
  /// A unix socket in a directory of this user alone.
  case socket(path: String)
  /// A TCP port; port 0 takes a free one.
  case port(host: String, port: Int, certificate: Certificate?)

  /// Files with a certificate chain and its key, in PEM.
  package struct Certificate: Hashable, Sendable {
    package var chainFile: String
    package var keyFile: String
    /// Authorities, in PEM, whose certificates clients may show; without them none is asked for.
    package var clientAuthorities: String?

    package init(chainFile: String, keyFile: String, clientAuthorities: String? = nil) {
      self.chainFile = chainFile
      self.keyFile = keyFile
      self.clientAuthorities = clientAuthorities
    }
  }
}

/// Why a server does not start, for the user who started it.
package enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Another server answers there already.
  case inUse(String)
  /// It cannot listen there.
  case cannotListen(String, reason: String)
  /// A file it was given is no good.
  case badFile(String, reason: String)
  /// The system lets the process open too few files.
  case tooFewFiles(limit: Int, needed: Int)

  package var description: String {
    switch self {
    case .inUse(let place): "\(place): something answers there already"
    case .cannotListen(let place, let reason): "cannot listen on \(place): \(reason)"
    case .badFile(let file, let reason): "\(file): \(reason)"
    case .tooFewFiles(let limit, let needed):
      "only \(limit) files may be open at once, and \(needed) are needed; raise the limit (ulimit -n \(needed))"
    }
  }
}

/// What a server puts up with.
package struct ServerLimits: Hashable, Sendable {
  /// Connections of one listener at once, where there are descriptors enough.
  package var connections = 2_000
  /// Bytes of all header fields of a request.
  package var headers = 64 << 10
  /// Until the first request has begun, and until a further one has.
  package var firstHead = Duration.seconds(10)
  package var nextHead = Duration.seconds(300)
  /// The same where the listener has little room left: those that wait for nothing make way.
  package var nextHeadInCrowd = Duration.seconds(5)
  /// How long a body may pause while it is waited for.
  package var bodyPause = Duration.seconds(60)
  /// How long a reader may take none of what is sent.
  package var stall = Duration.seconds(60)
  /// How long a client may go on sending what was refused unread.
  package var leaving = Duration.seconds(1)

  package init() {}
}

/// What every connection of a server needs to know.
struct ServerSettings: Sendable {
  var handler: any Handler
  var limits: ServerLimits
  /// How many connections one listener may have.
  var share: Int
  var crowd = Crowd()
  /// Words the refusals of the server itself.
  var refusal: @Sendable (RequestFault) -> HTTPResponse
  /// Hears of a certificate that has changed and cannot be used.
  var report: @Sendable (String) -> Void = { _ in }
  /// Is told of each request once it is over.
  var log: (@Sendable (ServedRequest) -> Void)?

  /// How long a connection may wait for a further request.
  var nextHead: Duration { crowd.isDense ? limits.nextHeadInCrowd : limits.nextHead }
}
