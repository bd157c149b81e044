import Glibc
import Manifest
import Platform

/// The `auth-provider` of a user; kubectl 1.32 still supports OpenID Connect.
///
/// Its token is used while it is valid. ksx does not renew it, because that would change kubectl's file.
struct AuthProvider {
  let credential: FixedCredential

  /// `nil` if the user has none.
  init?(of entry: Kubeconfig.Entry, now: Int = time(nil)) throws(KubeconfigError) {
    guard let node = entry.node["auth-provider"], !node.isNull else { return nil }
    let name = node["name"]?.text ?? ""
    guard name == "oidc" else {
      throw entry.mistake(
        "auth-provider", "the user \(entry.name) uses the auth-provider \(name), which Kubernetes has given up",
        "Use an exec plugin or a token instead")
    }
    guard let token = node["config"]?["id-token"]?.text, !token.isEmpty, InvalidHeaderCharacter(in: token) == nil else {
      throw Self.stale(entry, "has no id-token")
    }
    guard let expiry = Self.expiry(of: token) else { throw Self.stale(entry, "has an id-token that is no JWT") }
    guard expiry > now else { throw Self.stale(entry, "has an id-token that has expired") }
    credential = FixedCredential(.bearer(token))
  }

  private static func stale(_ entry: Kubeconfig.Entry, _ problem: Sentence) -> KubeconfigError {
    entry.mistake(
      "auth-provider", "the auth-provider oidc of the user \(entry.name) \(problem)",
      "Have kubectl renew it, for example with “kubectl version”, or use an exec plugin such as kubelogin")
  }

  /// The claim `exp` of a JWT (RFC 7519 §4.1.4), in seconds since 1970; the server verifies the signature.
  private static func expiry(of token: String) -> Int? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var claims = String(parts[1]).replacingText("-", with: "+").replacingText("_", with: "/")
    while claims.utf8.count % 4 != 0 { claims += "=" }
    guard let bytes = Base64.decode(claims), let value = try? JSON.parse(bytes) else { return nil }
    switch value["exp"] {
    case .integer(let seconds)?: return seconds
    case .number(let seconds)?: return Int(exactly: seconds.rounded(.down))
    default: return nil
    }
  }
}
