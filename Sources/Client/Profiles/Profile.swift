import HTTP
import Manifest
package import Platform

/// A cluster under a name that the user chose: its gateway, its Kubernetes way, or both.
package struct Profile: Hashable, Sendable {
  package var name: String
  package var gateway: Gateway?
  package var kubernetes: Kubernetes?

  package init(name: String, gateway: Gateway? = nil, kubernetes: Kubernetes? = nil) {
    self.name = name
    self.gateway = gateway
    self.kubernetes = kubernetes
  }

  /// The way through KubeSphere's API server.
  package struct Gateway: Hashable, Sendable {
    /// `https://host`, without a user; `nil` for the API server's service proxy, with the kubeconfig alone.
    package var url: String?
    /// The member cluster; `nil` for the cluster that the gateway runs in.
    package var cluster: String?
    /// The user name for the login.
    package var user: String?
    /// A file with a token that another program renews, instead of a login.
    package var tokenFile: String?
    /// A file with the authority's certificates, if the system does not trust the authority.
    package var certificateAuthority: String?
    /// Whether the server's certificate is not checked.
    package var isInsecure = false

    package init(url: String?) { self.url = url }

    /// Why `url` is not the address of a gateway; `nil` if it is.
    package static func problem(with url: String) -> Sentence? {
      guard let address = ServerAddress(url), address.scheme != .unix else {
        return "a gateway's url begins with https:// or http:// and names a host"
      }
      return Redaction.withoutUserInfo(url) == url
        ? nil : "a gateway's url carries no user and no password; log in instead"
    }

    /// The default name of a profile for the gateway at `url`: its host.
    package static func name(for url: String) -> String { ServerAddress(url)?.host ?? "gateway" }
  }

  /// The way through a kubeconfig.
  package struct Kubernetes: Hashable, Sendable {
    /// `nil` for the one that kubectl would use.
    package var kubeconfig: String?
    /// `nil` for the current context.
    package var context: String?

    package init(kubeconfig: String? = nil, context: String? = nil) {
      self.kubeconfig = kubeconfig
      self.context = context
    }
  }
}

/// An error in the settings of profiles, and its place.
package struct ProfileError: ErrorInWords, Hashable {
  package var file: Sentence
  /// From one; 0 if the error has no line.
  package var line: Int
  package var column: Int
  package var problem: Sentence

  package init(file: Sentence, line: Int = 0, column: Int = 0, problem: Sentence) {
    self.file = file
    self.line = line
    self.column = column
    self.problem = problem.changingTexts { Excerpt.shortened($0, to: 1000) }
  }

  init(file: String, _ mistake: SyntaxError) {
    self.init(
      file: Sentence(verbatim: file), line: mistake.line, column: mistake.column, problem: mistake.problem)
  }

  package var sentence: Sentence {
    line > 0 ? "\(Sentence(verbatim: "\(file):\(line):\(column)")): \(problem)" : "\(file): \(problem)"
  }
}
