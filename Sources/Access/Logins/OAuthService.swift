import HTTP
import KubernetesAPI
import Manifest

/// OAuth 2 as KubeSphere's gateway implements it: password logins, renewal, logout and user info.
struct OAuthService<Logins: LoginStore>: Sendable {
  var logins: Logins
  var audit: AuditLog

  /// The ID, which is also the secret, of the client that is built into KubeSphere and may send passwords.
  private static var client: String { "kubesphere" }

  /// The response to a request below `/oauth/`; `nil` for any other.
  func response(to request: IncomingRequest) async -> HTTPResponse? {
    do throws(LoginRefusal) {
      switch (request.head.method, request.head.target.prefix(while: { $0 != "?" })) {
      case (.post, "/oauth/token"): return await token(request)
      case (.get, "/oauth/logout"), (.post, "/oauth/logout"): return try await logOut(request)
      case (.get, "/oauth/userinfo"): return try await userInfo(request.head)
      case (_, let path) where path.hasPrefix("/oauth/"): return Self.answer(404, ["error": "invalid_request"])
      default: return nil
      }
    } catch {
      return error.status.response
    }
  }

  private func token(_ request: IncomingRequest) async -> HTTPResponse {
    guard let body = try? await request.collected(upTo: 64 << 10).body else {
      return Self.answer(400, ["error": "invalid_request"])
    }
    let form = Target("?" + String(decoding: body, as: UTF8.self))
    guard form["client_id"] == Self.client, form["client_secret"] == Self.client else {
      return Self.answer(401, ["error": "invalid_client"])
    }
    do throws(LoginRefusal) {
      switch form["grant_type"] {
      case "password": return Self.answer(try await logIn(form["username"] ?? "", form["password"] ?? "", request))
      case "refresh_token": return try await renew(form["refresh_token"] ?? "", request)
      default: return Self.answer(400, ["error": "unsupported_grant_type"])
      }
    } catch {
      let (status, word, text) = error.answer
      return Self.answer(status, ["error": .string(word), "error_description": .string(text)])
    }
  }

  private func logIn(
    _ name: String, _ password: String, _ request: IncomingRequest
  ) async throws(LoginRefusal) -> LoginGrant {
    do throws(LoginRefusal) {
      let grant = try await logins.logIn(name, password, from: request.clientAddress)
      audit.note("login", of: name, "allowed", request)
      return grant
    } catch {
      audit.note("login", of: name, error.verdict, request)
      throw error
    }
  }

  private func renew(_ token: String, _ request: IncomingRequest) async throws(LoginRefusal) -> HTTPResponse {
    let renewal: LoginRenewal
    do throws(LoginRefusal) {
      renewal = try await logins.renew(token)
    } catch {
      audit.note("renewal", of: "", error.verdict, request)
      throw error
    }
    // A refresh token that is used twice has been stolen.
    let verdict = renewal.grant != nil ? "allowed" : renewal.isReused ? "reused" : "refused"
    audit.note("renewal", of: renewal.user, verdict, request)
    let text: Value = "The refresh token is not good, or has been used."
    return renewal.grant.map { Self.answer($0) }
      ?? Self.answer(400, ["error": "invalid_grant", "error_description": text])
  }

  private func logOut(_ request: IncomingRequest) async throws(LoginRefusal) -> HTTPResponse {
    guard let token = request.head.bearerToken, let user = try await logins.end(loginOf: token) else {
      return Status.unauthorized.response
    }
    audit.note("logout", of: user.name, "allowed", request)
    return Self.answer(200, ["message": "success"])
  }

  private func userInfo(_ request: HTTPRequest) async throws(LoginRefusal) -> HTTPResponse {
    guard let token = request.bearerToken, let user = try await logins.tokenUser(of: token) else {
      return Status.unauthorized.response
    }
    return Self.answer(
      200,
      [
        "sub": .string(user.name), "name": .string(user.name), "preferred_username": .string(user.name),
        "groups": .sequence(user.groups.map(Value.string)),
      ])
  }

  private static func answer(_ grant: LoginGrant) -> HTTPResponse {
    answer(
      200,
      [
        "access_token": .string(grant.access), "token_type": "Bearer", "refresh_token": .string(grant.refresh),
        "expires_in": .integer(grant.lifetime),
      ])
  }

  private static func answer(_ status: Int, _ value: Value) -> HTTPResponse {
    var response = HTTPResponse(status: status, json: value)
    response.headers.add("Cache-Control", "no-store")
    response.headers.add("Pragma", "no-cache")
    return response
  }
}

extension HTTPRequest {
  /// The bearer token (RFC 6750); `nil` if there is none.
  var bearerToken: String? {
    let words = (headers["Authorization"] ?? "").split(separator: " ", maxSplits: 1)
    return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
  }

  /// Whether the path is below `/oauth/`.
  var isAboutLogins: Bool { target.hasPrefix("/oauth/") }
}
