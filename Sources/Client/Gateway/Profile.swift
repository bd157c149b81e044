import Manifest

/// A cluster a person works with, by a name of their own: its gateway, its Kubernetes way, or both.
public struct Profile: Hashable, Sendable {
  public var name: String
  public var gateway: Gateway?
  public var kubernetes: Kubernetes?

  public init(name: String, gateway: Gateway? = nil, kubernetes: Kubernetes? = nil) {
    self.name = name
    self.gateway = gateway
    self.kubernetes = kubernetes
  }

  /// The way through KubeSphere's API server.
  public struct Gateway: Hashable, Sendable {
    /// `https://host`, without a user; `nil` goes through the API server's service proxy, with the
    /// kubeconfig alone.
    public var url: String?
    /// The member cluster meant, when it is not the one the gateway runs in.
    public var cluster: String?
    /// Who logs in.
    public var user: String?
    /// A file with a token that somebody else keeps fresh, instead of a login.
    public var tokenFile: String?
    /// A file with the authority's certificates, when it is none that the system trusts.
    public var certificateAuthority: String?
    /// Whether nobody checks who answers.
    public var isInsecure = false

    public init(url: String?) { self.url = url }

    /// What is wrong with `url` as the address of a gateway, or `nil`.
    public static func problem(with url: String) -> String? {
      guard let address = ServerAddress(url), address.scheme != .unix else {
        return "a gateway's url begins with https:// or http:// and names a host"
      }
      return Redaction.withoutUserInfo(url) == url
        ? nil : "a gateway's url carries no user and no password; log in instead"
    }

    /// What a profile for the gateway at `url` is called when nobody says otherwise: its host.
    public static func name(for url: String) -> String { ServerAddress(url)?.host ?? "gateway" }
  }

  /// The way through a kubeconfig.
  public struct Kubernetes: Hashable, Sendable {
    /// `nil` means the one that kubectl would use.
    public var kubeconfig: String?
    /// `nil` means the current one.
    public var context: String?

    public init(kubeconfig: String? = nil, context: String? = nil) {
      self.kubeconfig = kubeconfig
      self.context = context
    }
  }
}

/// What is wrong with the profiles, and where.
public struct ProfileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// From one; 0 when the mistake is in no line.
  public var line: Int
  public var column: Int
  public var problem: String

  public init(file: String, line: Int = 0, column: Int = 0, problem: String) {
    self.file = file
    self.line = line
    self.column = column
    self.problem = Harmless.text(problem, limit: 1000)
  }

  public var description: String { line > 0 ? "\(file):\(line):\(column): \(problem)" : "\(file): \(problem)" }
}
