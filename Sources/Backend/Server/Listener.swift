/// Where a server can be reached.
public enum Listener: Hashable, Sendable {
  /// A unix socket in a directory of this user alone.
  case socket(path: String)
  /// A TCP port; port 0 takes a free one. Who shows `token` is the owner.
  case port(host: String, port: Int, token: String?, certificate: Certificate?)

  /// Files with a certificate chain and its key, in PEM.
  public struct Certificate: Hashable, Sendable {
    public var chainFile: String
    public var keyFile: String

    public init(chainFile: String, keyFile: String) {
      self.chainFile = chainFile
      self.keyFile = keyFile
    }
  }
}

/// Why a server does not start, for the person who started it.
public enum ServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Someone answers there already.
  case inUse(String)
  /// It cannot listen there.
  case cannotListen(String, reason: String)
  /// A file it was given is no good.
  case badFile(String, reason: String)

  public var description: String {
    switch self {
    case .inUse(let place): "\(place): something answers there already"
    case .cannotListen(let place, let reason): "cannot listen on \(place): \(reason)"
    case .badFile(let file, let reason): "\(file): \(reason)"
    }
  }
}

/// What a server puts up with.
public struct ServerLimits: Hashable, Sendable {
  /// Bytes of a request's body; the limit of Kubernetes.
  public var body = 3 << 20
  /// Bytes of all header fields of a request.
  public var headers = 64 << 10
  /// Until the first request has begun, and until a further one has.
  public var firstHead = Duration.seconds(10)
  public var nextHead = Duration.seconds(300)
  /// From the end of the head to the end of the body.
  public var bodyTime = Duration.seconds(60)
  /// How long a reader may take none of what is sent.
  public var stall = Duration.seconds(60)

  public init() {}
}
