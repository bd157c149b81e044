import APIServer
import Access
import ArgumentParser
import HTTPServer
import KubernetesAPI
import Logging
import Platform

extension Serve {
  /// The listeners for the options.
  func listeners() throws -> [Listener] {
    guard let listen else {
      guard tokenFile == nil, tls.isEmpty else {
        throw ValidationError(
          "--token-file, --tls-cert, --tls-key and --client-ca-file are for a port: add --listen")
      }
      return [.socket(path: socket)]
    }
    let certificate = try tls.certificate()
    return [.socket(path: socket), try Listener(listen, certificate: certificate)]
  }

  /// The policies for users other than the owner.
  func policies() throws -> AccessFileReader<Authorizer> {
    guard let authorizationPolicyFile else { return AccessFileReader(fixed: Authorizer()) }
    guard tokenAuthFile != nil || passwordFile != nil || tls.clientCaFile != nil else {
      throw ValidationError("--authorization-policy-file is about users: add --token-auth-file or --password-file")
    }
    return try AccessFileReader(authorizationPolicyFile, report: Self.report) { path throws(AccessFileError) in
      try Authorizer(policyFile: path)
    }
  }

  /// Logs that a file for access control cannot be read any more.
  static let report: @Sendable (String) -> Void = { Logger(label: "access").warning("\($0)") }

  /// The owner's token for the port, from its file.
  func token() throws -> AccessFileReader<TokenTable>? {
    guard let tokenFile else {
      guard listen != nil, tokenAuthFile == nil, passwordFile == nil, tls.clientCaFile == nil else { return nil }
      throw ValidationError(
        "--listen needs --token-file, --token-auth-file, --password-file or --client-ca-file: a port is open to every "
          + "user of the machine")
    }
    do throws(AccessFileError) {
      return try AccessFileReader(tokenFile, report: Self.report) { path throws(AccessFileError) in
        try TokenTable(ownerFile: path)
      }
    } catch {
      throw ValidationError("--token-file \(error)")
    }
  }
}

extension Listener {
  /// A port for `--listen`; without a certificate it must be on the loopback interface, because others could read the
  /// traffic.
  init(_ address: String, certificate: Certificate?) throws {
    guard let colon = address.lastIndex(of: ":"), let number = UInt16(address[address.index(after: colon)...]) else {
      throw ValidationError("--listen \(address): an address and a port are expected, as in 127.0.0.1:6443")
    }
    let name = address[..<colon]
    let host = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : String(name)
    guard !host.isEmpty else {
      throw ValidationError(
        "--listen \(address): an address is expected before the port, as in 127.0.0.1\(address), or 0.0.0.0\(address) for all"
      )
    }
    guard certificate != nil || ["127.0.0.1", "::1", "localhost"].contains(host) else {
      throw ValidationError(
        "--listen \(address): others could read the traffic; add --tls-cert and --tls-key, or use 127.0.0.1")
    }
    self = .port(host: host, port: Int(number), certificate: certificate)
  }
}

extension Listener.Certificate {
  /// `nil` if neither file is given.
  init?(_ chain: String?, _ key: String?, clients: String? = nil) throws {
    switch (chain, key) {
    case (let chain?, let key?): self.init(chainFile: chain, keyFile: key, clientAuthorities: clients)
    case (nil, nil) where clients != nil:
      throw ValidationError("--client-ca-file is for TLS: add --tls-cert and --tls-key")
    case (nil, nil): return nil
    default: throw ValidationError("--tls-cert and --tls-key belong together")
    }
  }
}

extension Status {
  /// The refusal of an invalid request, as a Kubernetes status.
  init(_ fault: RequestFault) {
    switch fault {
    case .malformed(let problem, let status):
      self = .badRequest("this is not an HTTP request: \(problem)")
      // Kubernetes has no reasons for the other codes.
      if status != code { (code, reason) = (status, "") }
    case .unknownMethod: self = .unknownMethod
    }
  }
}
