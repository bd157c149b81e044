import Manifest
import Platform

/// Parses profiles from YAML; errors name their line and column.
struct ProfileReader {
  let directory: String
  let environment: Environment

  func profiles(_ node: YAMLNode) throws(SyntaxError) -> Profiles {
    guard case .mapping = node.content else { throw node.mistake("settings are a mapping") }
    var profiles = Profiles()
    // A key without a value is an empty list.
    if let list = node["profiles"], list.value != .null {
      guard case .sequence(let items) = list.content else { throw list.mistake("profiles are a list") }
      for item in items {
        let profile = try profile(item)
        if profiles.all.contains(where: { $0.name == profile.name }) {
          throw item.mistake("there are two profiles called “\(profile.name)”")
        }
        profiles.all.append(profile)
      }
    }
    if let current = node["current"] {
      profiles.current = try text(current, "current")
      if !profiles.all.contains(where: { $0.name == profiles.current }) {
        throw current.mistake("there is no profile “\(profiles.current ?? "")”")
      }
    }
    return profiles
  }

  private func profile(_ node: YAMLNode) throws(SyntaxError) -> Profile {
    var profile = Profile(name: "")
    for pair in try pairs(node, of: "a profile") {
      switch pair.key.text {
      case "name": profile.name = try text(pair.value, "name")
      case "gateway": profile.gateway = try gateway(pair.value)
      case "kubernetes": profile.kubernetes = try kubernetes(pair.value)
      default: throw unknown(pair.key, among: ["name", "gateway", "kubernetes"])
      }
    }
    guard !profile.name.isEmpty else { throw node.mistake("this profile has no name") }
    if profile.gateway == nil, profile.kubernetes == nil {
      throw node.mistake("the profile “\(profile.name)” leads nowhere: it needs a gateway, kubernetes, or both")
    }
    if let gateway = profile.gateway, gateway.url == nil, profile.kubernetes == nil {
      throw node.mistake("the gateway of “\(profile.name)” needs a url, or kubernetes to reach it through")
    }
    return profile
  }

  /// Parses a URL or a mapping.
  private func gateway(_ node: YAMLNode) throws(SyntaxError) -> Profile.Gateway {
    if node.text != nil { return Profile.Gateway(url: try url(node)) }
    var gateway = Profile.Gateway(url: nil)
    for pair in try pairs(node, of: "a gateway") {
      switch pair.key.text {
      case "url": gateway.url = try url(pair.value)
      case "cluster": gateway.cluster = try text(pair.value, "cluster")
      case "user": gateway.user = try text(pair.value, "user")
      case "token-file": gateway.tokenFile = try path(pair.value, "token-file")
      case "certificate-authority": gateway.certificateAuthority = try path(pair.value, "certificate-authority")
      case "insecure-skip-tls-verify": gateway.isInsecure = try flag(pair.value, "insecure-skip-tls-verify")
      case "token", "password":
        throw pair.key.mistake("secrets do not belong into this file; use token-file, or log in")
      default:
        throw unknown(
          pair.key,
          among: ["url", "cluster", "user", "token-file", "certificate-authority", "insecure-skip-tls-verify"])
      }
    }
    return gateway
  }

  private func kubernetes(_ node: YAMLNode) throws(SyntaxError) -> Profile.Kubernetes {
    var kubernetes = Profile.Kubernetes()
    for pair in try pairs(node, of: "kubernetes") {
      switch pair.key.text {
      case "kubeconfig": kubernetes.kubeconfig = try path(pair.value, "kubeconfig")
      case "context": kubernetes.context = try text(pair.value, "context")
      default: throw unknown(pair.key, among: ["kubeconfig", "context"])
      }
    }
    return kubernetes
  }

  private func url(_ node: YAMLNode) throws(SyntaxError) -> String {
    let url = try text(node, "url")
    if let problem = Profile.Gateway.problem(with: url) { throw node.mistake(problem) }
    return url
  }

  private func path(_ node: YAMLNode, _ name: String) throws(SyntaxError) -> String {
    Files.path(environment.expandingTilde(try text(node, name)), in: directory)
  }

  private func text(_ node: YAMLNode, _ name: String) throws(SyntaxError) -> String {
    guard let text = node.text, !text.isEmpty else { throw node.mistake("\(name) is a text") }
    return text
  }

  private func flag(_ node: YAMLNode, _ name: String) throws(SyntaxError) -> Bool {
    guard let flag = node.value.bool else { throw node.mistake("\(name) is true or false") }
    return flag
  }

  private func pairs(_ node: YAMLNode, of what: Sentence) throws(SyntaxError) -> [YAMLNode.Pair] {
    // A key without a value means the defaults.
    if node.value == .null { return [] }
    guard case .mapping(let pairs) = node.content else { throw node.mistake("\(what) is a mapping") }
    return pairs
  }

  private func unknown(_ key: YAMLNode, among known: [String]) -> SyntaxError {
    key.mistake("there is no setting \(key.text ?? ""); there are \(known.joined(separator: ", "))")
  }
}
