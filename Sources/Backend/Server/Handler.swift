import Client
package import HTTP
package import KubernetesAPI

/// Something that answers requests of people it is told of.
package protocol Handler: Sendable {
  /// Answers `request` as far as `user` may ask it; every failure is an answer too.
  func respond(to request: HTTPRequest, as user: User) async -> HTTPResponse
}

extension API: Handler {}
