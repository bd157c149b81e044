import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The objects that the recorded exchanges ask for, as they were in the cluster of the recording.
///
/// `HTTP`, `HTTPS` and `DOWN` stand for upstreams; `CA1` for the authority of the second, encoded once.
enum RecordedObjects {
  static let services = """
    {name: v1.tls.example.com, spec: {group: tls.example.com, version: v1, url: "HTTPS/ignored/path"}}
    {name: v1.insecure.example.com, spec: {group: insecure.example.com, version: v1, url: HTTPS, insecureSkipVerify: true}}
    {name: v1.once.example.com, spec: {group: once.example.com, version: v1, url: HTTPS, caBundle: CA1}}
    {name: v1.down.example.com, spec: {group: down.example.com, version: v1, url: DOWN}}
    {name: v1.nostate.example.com, spec: {group: nostate.example.com, version: v1, url: HTTP}, state: ""}
    {name: v1.service.example.com, spec: {group: service.example.com, version: v1, service: {name: web, namespace: demo}}}
    {name: v1alpha1.judge.example.com, spec: {group: judge.example.com, version: v1alpha1, url: HTTP}}
    """

  static let proxies = #"""
    {name: plain}
    {name: strip, directives: {stripPathPrefix: /proxy/strip}}
    {name: suffix, directives: {stripPathPrefix: /proxy/suffix, stripPathSuffix: .html}}
    {name: rewrite, directives: {rewrite: ["* /new{path}?from=rewrite&{query}"]}}
    {name: rewriteone, directives: {rewrite: ["/proxy/rewriteone/a /b"]}}
    {name: replace, directives: {replace: ["/proxy/replace /api"]}}
    {name: regexp, directives: {pathRegexp: ["/[0-9]+ /N"]}}
    {name: headerup, directives: {headerUp: ["-Authorization", "X-Set one", "+X-Custom added", 'X-Quoted "two words"', "-X-Gone*"]}}
    {name: headerdown, directives: {headerDown: ["-X-Upstream", "X-Set-Down one", "+Server two"]}}
    {name: auth, directives: {authProxy: true}}
    {name: method, method: POST, directives: {method: PUT}}
    {name: exact, path: /proxy/exact}
    {name: down, url: DOWN}
    {name: disabled, state: Disabled}
    {name: tls, url: HTTPS}
    {name: console, target: ks-console}
    {name: badrewrite, directives: {rewrite: ["one two three four"]}}
    {name: rw3, directives: {rewrite: ["/new/{path}"]}}
    {name: rw4, directives: {rewrite: ["* /new{path}"]}}
    {name: rw5, directives: {rewrite: ["/proxy/rw5/* /new{path}?{query}&a=b"]}}
    {name: rw6, directives: {rewrite: ["/fixed"]}}
    {name: re2, directives: {pathRegexp: ["/proxy/re2/(.*)/(.*) /$2/$1"]}}
    """#

  static let bundles = """
    {name: js-raw, spec: {raw: Y29uc29sZS5sb2coJ3JhdycpOw==}}
    {name: js-raw2, spec: {raw: WTI5dWMyOXNaUzVzYjJjb0ozSmhkeWNwT3c9PQ==}}
    {name: js-cm, spec: {rawFrom: {configMapKeyRef: {namespace: demo, name: bundle, key: index.js}}}}
    {name: js-cmbin, spec: {rawFrom: {configMapKeyRef: {namespace: demo, name: bundle, key: binary.js}}}}
    {name: js-cmmissing, spec: {rawFrom: {configMapKeyRef: {namespace: demo, name: nothing, key: index.js}}}}
    {name: js-secret, spec: {rawFrom: {secretKeyRef: {namespace: demo, name: bundle, key: index.js}}}}
    {name: js-url, spec: {rawFrom: {url: HTTP/up/index.js}}}
    {name: js-urldown, spec: {rawFrom: {url: DOWN/index.js}}}
    {name: js-url404, spec: {rawFrom: {url: HTTP/missing}}}
    {name: js-disabled, spec: {raw: Y29uc29sZS5sb2coJ3JhdycpOw==}, state: Disabled}
    {name: js-assets, spec: {raw: Y29uc29sZS5sb2coJ3JhdycpOw==, assets: {style: {link: /dist/js-assets/style.css, url: HTTP/style.css}, files: [{name: logo, link: /dist/js-assets/logo.svg, mimeType: image/svg+xml, url: HTTP/logo.svg}]}}}
    """

  private static let entries = Resource(
    group: "extensions.kubesphere.io", version: "v1alpha1", plural: "extensionentries", kind: "ExtensionEntry")

  /// Makes all of them in `cluster`, and the namespace with what the bundles are read from.
  static func make(in cluster: Cluster, http: String, https: String, down: String, authority: [UInt8]) async throws {
    func filled(_ text: String) -> [Value] {
      let places = [
        ("HTTPS", https), ("HTTP", http), ("DOWN", down), ("CA1", Base64.encode(authority)),
      ]
      return text.split(separator: "\n").map { line in
        let text = places.reduce(String(line)) { $0.replacingText($1.0, with: $1.1) }
        return (try? YAML.parse(text)) ?? .null
      }
    }
    let dialect = Dialect.installPlan
    _ = try await cluster.create(.namespaces, Object(.namespaces, name: "demo"))
    for (resource, data) in [(Resource.configMaps, "console.log('configmap');"), (.secrets, "console.log('secret');")] {
      let encoded = Base64.encode(Array(data.utf8))
      let fields: Mapping =
        resource == .secrets
        ? ["data": ["index.js": .string(encoded)]]
        : ["data": ["index.js": .string(data)], "binaryData": ["binary.js": .string(encoded)]]
      _ = try await cluster.create(resource, Object(resource, name: "bundle", namespace: "demo", fields))
    }
    let plan: Value = [
      "extension": ["name": "judge-ext", "version": "1.1.0"], "enabled": true, "upgradeStrategy": "Manual",
    ]
    _ = try await cluster.create(
      dialect.installations, Object(dialect.installations, name: "judge-ext", ["spec": plan]))
    let entry: Value = ["entries": [["name": "judge", "link": "/judge"]]]
    _ = try await cluster.create(entries, Object(entries, name: "judge-ext", ["spec": entry]))
    for value in filled(proxies) { try await create(dialect.reverseProxies, value, proxySpec(value, http), cluster) }
    for value in filled(bundles) { try await create(dialect.jsBundles, value, value["spec"] ?? .null, cluster) }
    for value in filled(services) { try await create(dialect.apiServices, value, value["spec"] ?? .null, cluster) }
  }

  private static func proxySpec(_ value: Value, _ http: String) -> Value {
    let (name, method) = (value["name"]?.string ?? "", value["method"]?.string ?? "*")
    let path = value["path"]?.string ?? "/proxy/\(name)/*"
    return [
      "matcher": ["path": .string(path), "method": .string(method)],
      "upstream": ["url": .string(value["url"]?.string ?? http)], "directives": value["directives"] ?? [:],
    ]
  }

  private static func create(_ resource: Resource, _ value: Value, _ spec: Value, _ cluster: Cluster) async throws {
    let state = value["state"]?.string ?? "Available"
    let name = value["name"]?.string ?? ""
    var status: Mapping = state.isEmpty ? [:] : ["state": .string(state)]
    if resource.kind == "JSBundle" { status["link"] = .string("/dist/\(name)/index.js") }
    let labels = value["target"]?.string.map { ["kubesphere.io/reverse-proxy-target": $0] } ?? [:]
    _ = try await cluster.create(
      resource, Object(resource, name: name, labels: labels, ["spec": spec, "status": .mapping(status)]))
  }
}
