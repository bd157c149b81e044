import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// A kubeconfig whose cluster has `fields` besides its server.
private func cluster(_ fields: String) -> String { kubeconfig(cluster: "{server: 'https://h', \(fields)}") }

/// A kubeconfig whose user has an exec plugin with these `fields`, the first the version of its API.
private func plugin(_ fields: String) -> String {
  kubeconfig(user: "{exec: {apiVersion: client.authentication.k8s.io/\(fields)}}")
}

/// What a kubeconfig may hold that is wrong, and what of that counts.
extension KubeconfigTests {
  @Test(arguments: [
    ("clusters: [", "/f:"),
    ("a: b: c", "/f:1: "),
    ("- 1", "/f:1: this is not a kubeconfig"),
    ("clusters: 3", "/f:1: clusters is not a list"),
    ("kind: Secret\napiVersion: v1", "/f:1: this is not a kubeconfig: its kind is Secret"),
    ("kind: Config\napiVersion: v2", "/f:2: this is not a kubeconfig: its apiVersion is v2"),
    ("kind: [a]", "/f:1: this is not a kubeconfig: its kind is no text"),
    (
      "current-context: b\ncontexts:\n- context: {}",
      "/f: there is no context “b”. Choose another with --context; there is none; the entry at /f:3 has no name"
    ),
    (cluster("insecure-skip-tls-verify: 'true'"), "/f:4: insecure-skip-tls-verify is neither true nor false"),
    (cluster("insecure-skip-tls-verify: 1"), "/f:4: insecure-skip-tls-verify is neither true nor false"),
    (cluster("disable-compression: 'no'"), "/f:4: disable-compression is neither true nor false"),
    (cluster("proxy-url: 'u:hunter2@p:1'"), "/f:4: proxy-url is not an address of a proxy"),
    (cluster("proxy-url: 'http://'"), "/f:4: proxy-url is not an address of a proxy"),
    (cluster("proxy-url: 'http://p:x'"), "/f:4: proxy-url is not an address of a proxy"),
    (cluster("proxy-url: 'socks4://u:hunter2@p:1'"), "/f:4: proxy-url begins with socks4://"),
    (cluster("proxy-url: 'socks5h://u:hunter2@p:1'"), "/f:4: proxy-url begins with socks5h://"),
    ("clusters: [{name: 5}]", "/f:1: name is no text"),
    ("contexts:\n- name: yes", "/f:2: name is no text"),
    ("users: [5]", "/f:1: user is not a mapping"),
    ("extensions: 5", "/f:1: extensions is not a list"),
    ("extensions: [{name: 5}]", "/f:1: name is no text"),
    ("preferences: 7", "/f:1: preferences is not a mapping"),
    ("preferences: {colors: 5}", "/f:1: colors is neither true nor false"),
    ("preferences: {extensions: 5}", "/f:1: extensions is not a list"),
    (cluster("extensions: 5"), "/f:4: extensions is not a list"),
    (kubeconfig(user: "{extensions: 5}"), "/f:5: extensions is not a list"),
    (kubeconfig(user: "{auth-provider: {name: a, config: {a: 5}}}"), "/f:5: a is no text"),
    ("users: [{name: u, user: 5}]", "/f:1: user is not a mapping"),
    ("current-context: 0x10", "/f:1: current-context is no text"),
    (kubeconfig(cluster: "{server: 5}"), "/f:4: server is no text"),
    (kubeconfig(user: "{token: 5}"), "/f:5: token is no text"),
    (kubeconfig(user: "{as: u, as-groups: [5]}"), "/f:5: as-groups is no text"),
    (kubeconfig(user: "{as: u, as-user-extra: {a: b}}"), "/f:5: a is not a list"),
    (plugin("v1, command: x, args: [5]"), "/f:5: args is no text"),
    (
      "clusters:\n- name: a\n  cluster: {server: 'https://hunter2'}\n- name: a",
      "/f:4: this cluster has the same name, a, as that of line 2"
    ),
    ("users: [null,\n{user: {token: hunter2}}]", "/f:2: this user has no name, and neither has that of line 1"),
    ("contexts:\n- {name: c}\n- {name: d}\n- {name: c}", "/f:4: this context has the same name, c, as that of line 2"),
    (kubeconfig(user: #"{token: "hunter2\nx"}"#), "/f:5: the token of the user u has a line break in it"),
    (kubeconfig(user: #"{token: "hunter2\0x"}"#), "/f:5: the token of the user u has a NUL character in it"),
    (kubeconfig(user: #"{token: t, as: "a\rb"}"#), "/f:5: a name, group, uid or attribute to act as has a line break"),
    ("contexts: [{name: a, context: {user: x}}]", "/f: no context is chosen. Choose one with --context; there are: a"),
    ("current-context: a\ncontexts:\n- name: a\n  context: {user: x}", "/f:4: the context a names no cluster"),
    ("current-context: b", "/f: there is no context “b”. Choose another with --context; there is none"),
    (kubeconfig(cluster: "{}"), "/f:4: the cluster c has no server"),
    (kubeconfig(cluster: "{server: 'ftp://x'}"), "/f:4: the server ftp://x is not an address"),
    (kubeconfig(cluster: "{server: 'https://u:hunter2@'}"), "/f:4: the server https:// is not an address"),
    (cluster("certificate-authority: no.crt"), "/f:4: certificate-authority /no.crt cannot"),
    (cluster("certificate-authority-data: '%%'"), "/f:4: certificate-authority-data is no"),
    (
      cluster("insecure-skip-tls-verify: true, certificate-authority-data: Q0E="),
      "/f:4: an authority is named, and the check of it is switched off"
    ),
    (kubeconfig(user: "{client-certificate-data: Q0E=}"), "/f:5: there is a client-certificate but no client-key"),
    (kubeconfig(user: "{token: a, username: b}"), "/f:5: the user u has both"),
    (kubeconfig(user: "{auth-provider: {name: gcp}}"), "/f:5: the user u uses the auth-provider gcp"),
    (kubeconfig(user: "{auth-provider: {name: oidc}}"), "/f:5: the auth-provider oidc of the user u has no id-token"),
    (
      kubeconfig(user: "{auth-provider: {name: oidc, config: {id-token: hunter2.e30.x}}}"),
      "/f:5: the auth-provider oidc of the user u has an id-token that is no JWT"
    ),
    (
      kubeconfig(user: "{auth-provider: {name: oidc, config: {id-token: a.eyJleHAiOjF9.hunter2}}}"),
      "/f:5: the auth-provider oidc of the user u has an id-token that has expired"
    ),
    (kubeconfig(user: "{token: t, as-uid: x}"), "/f:5: a group, uid or attribute to act as is given, but no user"),
    (kubeconfig(user: "{token: t, as-user-extra: {a: [b]}}"), "/f:5: a group, uid or attribute to act as is given"),
    (plugin("v1"), "/f:5: the exec plugin of the user u names no"),
    (plugin("v1alpha1, command: x"), "/f:5: the exec plugin x has"),
    (plugin("v1, command: x"), "/f:5: interactiveMode is missing"),
    (
      kubeconfig(context: "{cluster: c, user: nobody}"),
      "/f: there is no user “nobody”. Choose another with --user; there are: u"
    ),
    (kubeconfig(context: "{cluster: d}"), "/f: there is no cluster “d”. Choose another with --cluster; there are: c"),
  ])
  func mistakesNameTheFileTheLineAndWhatToDo(text: String, expected: String) {
    let error = problem(["KUBECONFIG": "/f"], files: ["/f": text])

    #expect(error.description.hasPrefix(expected), "\(error)")
    #expect(!error.remedy.isEmpty)
    #expect(!error.description.contains("hunter2"))
  }

  /// kubectl 1.32 takes each of these: it looks for what is used, by its name.
  @Test(arguments: [
    "clusters: [null, {name: c, cluster: {server: 'https://h'}}]",
    "clusters: [{cluster: {server: 'https://g'}}, {name: c, cluster: {server: 'https://h'}}]",
    "clusters: [{name: null, cluster: null}, {name: c, cluster: {server: 'https://h'}}]",
    "kind: ''\napiVersion: null\nclusters: [{name: c, cluster: {server: 'https://h'}}]",
    "clusters: [{name: c, cluster: {server: 'https://h', insecure-skip-tls-verify: null}}]",
  ])
  func whatIsNotUsedNeedNotBeWhole(clusters: String) throws {
    let text = "\(clusters)\ncontexts: [null, {name: x, context: {cluster: c}}]\nusers: [null]\ncurrent-context: x"

    #expect(try load(["KUBECONFIG": "/f"], files: ["/f": text]).server == "https://h")
    #expect(try load(["KUBECONFIG": "/f:/a/config"], files: files.merging(["/f": text]) { $1 }).server == "https://h")
  }

  /// A name in the form of a date is a text to kubectl 1.20 and 1.32, too, and so is a number that says it is one.
  @Test(arguments: ["2020-01-01", "!!str 5", "'5'", "v1", "1.2.3"])
  func aNameThatGoReadsAsTextIsAName(name: String) throws {
    let text = kubeconfig(user: "{token: \(name)}")

    #expect(try load(["KUBECONFIG": "/f"], files: ["/f": text]).connection.credentials != nil)
  }

  /// kubectl 1.20 and 1.32 send none over http://, and run no plugin.
  @Test(arguments: ["token: t", "username: a, password: b", "client-certificate: no.crt", "exec: {command: x}"])
  func credentialsAreNotSentWhereTheyCouldBeRead(user: String) throws {
    let text = kubeconfig(cluster: "{server: 'http://cluster.example'}", user: "{\(user)}")

    let context = try load(["KUBECONFIG": "/f"], files: ["/f": text])

    #expect(context.connection.credentials == nil)
    #expect(context.warnings.first?.english.hasPrefix("no credentials are sent to http://cluster.example") == true)
  }

  @Test(arguments: ["http://127.0.0.1:8001", "http://localhost", "https://cluster.example"])
  func credentialsAreSentWhereTheyCannotBeRead(server: String) throws {
    let text = kubeconfig(cluster: "{server: '\(server)'}", user: "{token: t}")

    let context = try load(["KUBECONFIG": "/f"], files: ["/f": text])

    #expect(context.connection.credentials != nil)
    #expect(context.warnings.isEmpty)
  }

  /// So in kubectl 1.20 and 1.32: the first file that has the name wins it.
  @Test func oneNameInTwoFilesIsNoMistake() throws {
    let one = "clusters: [{name: c, cluster: {server: 'https://one'}}]"
    let two = "clusters: [{name: c, cluster: {server: 'https://two'}}]"
    let context = "\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x"

    #expect(try load(["KUBECONFIG": "/f:/g"], files: ["/f": one, "/g": two + context]).server == "https://one")
  }

  @Test func ofARepeatedKeyTheLastCountsAndBothLinesAreSaid() throws {
    let text = kubeconfig(cluster: "{server: 'https://one',\n server: 'https://two'}")

    let context = try load(["KUBECONFIG": "/f"], files: ["/f": text])

    #expect(context.server == "https://two")
    #expect(context.warnings == ["/f:5: the key server comes twice: line 4 has it too, and the last counts"])
  }

  @Test(arguments: ["true", "yes", "on", "True"])
  func aYesIsATrueAsKubectlHasIt(word: String) throws {
    let text = cluster("insecure-skip-tls-verify: \(word)")

    #expect(try load(["KUBECONFIG": "/f"], files: ["/f": text]).isInsecure)
  }

  @Test func whatTheCommandLineSaysIsNamedByItsOption() {
    #expect(problem { $0.token = "hunter2\n" }.description.hasPrefix("the token given with --token has a line break"))
    #expect(
      problem {
        $0.impersonatedGroups = ["a\0"]; $0.impersonatedUser = "eve"
      }.description.contains("--as"))
  }
}
