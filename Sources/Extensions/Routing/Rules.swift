import HTTP
package import KubernetesAPI
import Manifest
package import Platform

/// An API that an extension serves below `/kapis/GROUP/VERSION`, and on paths of its own.
package struct APIServiceRule: Hashable, Sendable {
  package var object: RuleObject
  package var group: String
  package var version: String
  package var endpoint: Endpoint
  /// Paths outside of `/kapis`, exact or with a star at the end.
  package var paths: [PathGlob]
  /// Whether the endpoint's path is put before that of the request; the shipped gateway ignores it.
  package var prefixesPath: Bool
  package var problems: [Sentence] = []

  package init(_ object: Object, dialect: Dialect) {
    self.object = RuleObject(object, .apiService, dialect)
    let isFirstDesign = dialect.era == .seed
    group = object.spec["group"]?.string ?? ""
    version = object.spec["version"]?.string ?? ""
    endpoint = Endpoint(object.spec, isFirstDesign: isFirstDesign)
    prefixesPath = isFirstDesign
    paths = []
    let items = object.spec["nonResourceURLs"]?.sequence ?? []
    if items.count > ReverseProxyRule.mostPaths { problems.append(ReverseProxyRule.tooMany) }
    for item in items.prefix(ReverseProxyRule.mostPaths) {
      let glob = PathGlob(item.string ?? "")
      if let problem = ReservedPaths.problem(with: glob) { problems.append(problem) } else { paths.append(glob) }
    }
    if group.isEmpty || version.isEmpty { problems.append("group or version is missing") }
    if group == "kubesphere.io" || group == "package.kubesphere.io" || group.hasSuffix(".k8s.io") {
      problems.append("the group \(group) is not an extension's")
    }
    if let problem = endpoint.problem { problems.append(problem) }
  }
}

/// Requests that the gateway forwards for an extension.
package struct ReverseProxyRule: Hashable, Sendable {
  package var object: RuleObject
  package var matchers: [Matcher]
  package var endpoint: Endpoint
  package var prefixesPath: Bool
  /// The method of the upstream request, if it differs.
  package var method: String?
  var changes: PathChanges
  /// The changes to the header fields of the request, and those of the response.
  package var headersUp: [HeaderEdit]
  package var headersDown: [HeaderEdit]
  /// Whether the upstream gets the name and groups of the user.
  package var tellsUser: Bool
  /// Whether redirects of the upstream are rewritten to this gateway.
  package var rewritesLocation: Bool
  /// Whether a redirect of the upstream is refused.
  package var rejectsRedirects: Bool
  package var redirects: [Redirect]
  package var healthCheck: HealthCheck?
  package var circuitBreaker: CircuitBreaker?
  package var rateLimit: RateLimit?
  package var problems: [Sentence] = []

  package struct Matcher: Hashable, Sendable {
    package var path: PathGlob
    /// `nil` for all.
    package var method: String?
  }

  /// A redirect of the client: `FROM TO [STATUS]`.
  package struct Redirect: Hashable, Sendable {
    var rewrite: PathRewrite
    package var status: Int

    var leadsElsewhere: Bool { rewrite.to.hasPrefix("http://") || rewrite.to.hasPrefix("https://") }
  }

  package init(_ object: Object, dialect: Dialect) {
    self.object = RuleObject(object, .reverseProxy, dialect)
    let (spec, isFirstDesign) = (object.spec, dialect.era == .seed)
    let directives = spec["directives"]
    var problems: [Sentence] = []
    endpoint = Endpoint(spec["upstream"], isFirstDesign: isFirstDesign)
    prefixesPath = isFirstDesign
    changes = PathChanges(directives ?? spec, &problems)
    headersUp = HeaderEdit.read(directives?["headerUp"] ?? spec[path: "header", "up"], "header up", &problems)
    headersDown = HeaderEdit.read(directives?["headerDown"] ?? spec[path: "header", "down"], "header down", &problems)
    tellsUser = isFirstDesign || directives?["authProxy"]?.bool == true
    rewritesLocation = directives?["wrapTransport"]?.bool == true
    rejectsRedirects = directives?["rejectForwardingRedirects"]?.bool == true
    redirects = Self.redirects(spec["redirect"], &problems)
    healthCheck = HealthCheck(spec[path: "upstream", "healthCheck"], &problems)
    circuitBreaker = CircuitBreaker(spec["circuitBreaker"], &problems)
    rateLimit = RateLimit(spec["rateLimit"], &problems)
    method = Self.method(directives?["method"], &problems)
    matchers = Self.matchers(spec["matcher"], isFirstDesign, &problems)
    if object.labels["kubesphere.io/reverse-proxy-target"] == "ks-console" {
      problems.append("it is for ks-console, which serves the web front end, and not for this gateway")
      matchers = []
    }
    if let problem = endpoint.problem { problems.append(problem) }
    self.problems = problems
  }

  /// The method that replaces that of the request.
  private static func method(_ value: Value?, _ problems: inout [Sentence]) -> String? {
    guard let name = value?.string, !name.isEmpty else { return nil }
    let method = HTTPRequest.Method(rawValue: name)
    if method == nil { problems.append("the method \(name) is not known") }
    return method?.rawValue
  }

  /// The maximum number of paths of one object, because each may cost time in every request.
  static let mostPaths = 128
  static let tooMany: Sentence = "it has more than \(mostPaths) paths: the rest are passed over"

  private static func matchers(_ value: Value?, _ isFirstDesign: Bool, _ problems: inout [Sentence]) -> [Matcher] {
    var matchers: [Matcher] = []
    let items = value?.sequence ?? [value ?? .null]
    if items.count > mostPaths { problems.append(tooMany) }
    for item in items.prefix(mostPaths) {
      guard let path = item["path"]?.string, path.hasPrefix("/"), path.utf8.count <= RequestPath.longest else {
        problems.append("a matcher has no path")
        continue
      }
      let glob = PathGlob(path)
      if let problem = ReservedPaths.problem(with: glob) {
        problems.append(problem)
      } else if !isFirstDesign, !path.hasPrefix("/proxy/"), path != "/proxy" {
        problems.append("\(path) does not begin with /proxy/")
      } else {
        let method = item["method"]?.string.flatMap { $0.isEmpty || $0 == "*" ? nil : $0.uppercased() }
        if let method, HTTPRequest.Method(rawValue: method) == nil {
          problems.append("\(path) is for the method \(method), which no request has")
        }
        matchers.append(Matcher(path: glob, method: method))
      }
    }
    return matchers
  }

  private static func redirects(_ value: Value?, _ problems: inout [Sentence]) -> [Redirect] {
    var redirects: [Redirect] = []
    for (index, item) in (value?.sequence ?? []).prefix(64).enumerated() {
      do throws(RuleProblem) {
        let words = try PathChanges.words(item.string ?? "", 2...3)
        let status = words.count == 3 ? Int(words[2]) ?? 0 : 302
        guard [301, 302, 307, 308].contains(status) else { throw RuleProblem("the status is 301, 302, 307 or 308") }
        redirects.append(Redirect(rewrite: try PathRewrite(words: Array(words[0...1])), status: status))
      } catch {
        problems.append("redirect[\(index)] is passed over: \(error.sentence)")
      }
    }
    return redirects
  }

  /// The location and status of the first redirect that matches.
  package func redirect(_ path: RequestPath, method: String, host: String) -> (location: String, status: Int)? {
    for redirect in redirects {
      guard let (text, query) = redirect.rewrite.applied(to: path.decoded, path.query, method: method, host: host)
      else { continue }
      // Only the rule may redirect to another server, and not the path that the client sent: neither as an address nor
      // by two slashes at the beginning.
      let location =
        redirect.leadsElsewhere ? RequestPath.encoded(query: text) : RequestPath.encoded("/" + text.drop { $0 == "/" })
      return (query.map { location + "?" + $0 } ?? location, redirect.status)
    }
    return nil
  }
}
