import APIServer
import APITestSupport
import Client
import Manifest
import Testing

@testable import Access
@testable import HTTP
@testable import KubernetesAPI

/// Who may do what, and how the API says no.
@Suite struct AccessControlTests {
  private static let reader = User(name: "reader", uid: "2", groups: ["readers"]).addingAuthenticatedGroup
  private static let nobody = User(name: "nobody").addingAuthenticatedGroup
  private static let policies = """
    # Readers see what KubeSphere has.
    {"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":\
    {"group":"readers","resource":"*","apiGroup":"kubesphere.io","namespace":"*","readonly":true}}

    {"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":\
    {"user":"helper","resource":"users","apiGroup":"","namespace":"*"}}
    {"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":\
    {"user":"helper","nonResourcePath":"/logs/*"}}
    {"user":"old","namespace":"default"}
    """

  let ask: TestAPI

  init() throws {
    ask = try TestAPI(authorizer: try Authorizer(text: Self.policies, file: "policy"))
  }

  @Test func aReaderReadsAndDoesNotWrite() async throws {
    let reader = ask.by(Self.reader)
    try await ask(.post, Path.plans, .plan("devops"))

    let list = try await reader(.get, Path.plans)
    let made = try await reader(.post, Path.plans, .plan("other"))
    let deleted = try await reader(.delete, Path.plans + "/devops")

    #expect(list.names == ["devops"])
    #expect([made.status, deleted.status] == [403, 403])
    #expect(try await ask(.get, Path.plans).names == ["devops"])
  }

  /// As Go's `URL.Path` has it, which kube-apiserver judges by.
  @Test(arguments: [
    ("/kapis/demo.example/v1/things%2Fsecret", "get", "things", "secret", ""),
    ("/kapis/demo.example/v1/things/a%2Flog", "get", "things", "a", "log"),
    ("/kapis%2fdemo.example/v1/things", "list", "things", "", ""),
    ("/kapis/demo.example/v1/things/a%2525", "get", "things", "a%25", ""),
  ])
  func anEncodedSlashIsASlash(target: String, verb: String, resource: String, name: String, part: String) {
    let attributes = Attributes(HTTPRequest(.get, target), Target(target))

    #expect(
      [attributes.verb, attributes.resource, attributes.name, attributes.subresource] == [verb, resource, name, part])
    #expect(attributes.group == "demo.example")
  }

  @Test func aRefusalIsWordedAsKubernetesDoes() async throws {
    let nobody = ask.by(Self.nobody)

    let list = try await nobody(.get, Path.extensions)
    let patch = try await nobody(.patch, Path.jobs + "/j/status", [:])
    let path = try await nobody(.get, "/metrics")

    #expect(
      list.json == [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
        "message": #"""
        extensions.kubesphere.io is forbidden: User "nobody" cannot list resource "extensions" in API group \#
        "kubesphere.io" at the cluster scope
        """#,
        "reason": "Forbidden", "details": ["group": "kubesphere.io", "kind": "extensions"], "code": 403,
      ])
    #expect(
      patch.message
        == #"jobs.batch "j" is forbidden: User "nobody" cannot patch resource "jobs/status" in API group "batch" "#
        + #"in the namespace "default""#)
    #expect(path.message == #"forbidden: User "nobody" cannot get path "/metrics""#)
  }

  @Test(arguments: ["/apis/kubesphere.io/v1alpha1/extensions/there", "/apis/no.such.group/v1/things/there"])
  func whoMayNotLookLearnsNothing(target: String) async throws {
    try await ask(.post, Path.extensions, Value.plan("there").setting(["kind"], to: "Extension"))
    let nobody = ask.by(Self.nobody)

    let there = try await nobody(.get, target)
    let absent = try await nobody(
      .get, target.split(separator: "there", omittingEmptySubsequences: false).joined(separator: "absent"))

    #expect(there.status == 403)
    #expect(absent.status == 403)
    #expect(
      there.message.split(separator: "there", omittingEmptySubsequences: false).joined(separator: "absent")
        == absent.message)
  }

  @Test(arguments: [
    (HTTPRequest.Method.get, Path.plans, "list"), (.get, Path.plans + "?watch=1", "watch"),
    (.get, Path.plans + "/x?watch=1", "get"), (.delete, Path.plans, "deletecollection"),
    (.delete, Path.plans + "/x", "delete"), (.put, Path.plans + "/x", "update"), (.patch, Path.plans + "/x", "patch"),
    (.post, Path.plans, "create"), (.head, Path.plans + "/x", "get"),
    (.get, "/apis/kubesphere.io/v1alpha1/watch/installplans", "watch"), (.get, "/kapis/g/v1/watch/a", "watch"),
    (.post, "/kapis/g/v1/watch/a", "create"), (.delete, "/kapis/g/v1/watch/a", "delete"),
    (.put, "/kapis/g/v1/watch/a", "update"), (.delete, "/kapis/g/v1/watch", "deletecollection"),
    (.post, "/version", "post"),
  ])
  func theVerbIsThatOfKubernetes(method: HTTPRequest.Method, target: String, verb: String) async throws {
    let request = HTTPRequest(method, target)

    #expect(Attributes(request, Target(target)).verb == verb)
  }

  @Test func anObjectInANamespaceIsNotTheNamespace() {
    func attributes(_ target: String) -> Attributes { Attributes(HTTPRequest(.get, target), Target(target)) }

    let map = attributes("/api/v1/namespaces/default/configmaps/m")
    let namespace = attributes("/api/v1/namespaces/default")
    let status = attributes("/api/v1/namespaces/default/status")
    let one = attributes("/api/v1/configmaps?fieldSelector=metadata.name%3Dm")

    #expect([map.resource, map.namespace, map.name] == ["configmaps", "default", "m"])
    #expect([namespace.resource, namespace.namespace, namespace.name] == ["namespaces", "default", "default"])
    #expect([status.resource, status.subresource] == ["namespaces", "status"])
    #expect([one.verb, one.name] == ["list", "m"])
  }

  @Test func everyAuthenticatedUserMayDiscover() async throws {
    for path in ["/api", "/apis", "/apis/kubesphere.io/v1alpha1", "/version", "/healthz"] {
      #expect(await ask.status(.get, path, as: Self.nobody) == 200)
    }
    #expect(try await ask.by(.anonymous)(.get, "/version").status == 200)
    #expect(try await ask.by(.anonymous)(.get, "/apis").status == 403)
  }

  @Test func verdictsAgreeWithWhatHappens() async throws {
    for user in [User.owner, Self.reader, Self.nobody] {
      for verb in ["list", "create"] {
        let verdict = try await review(
          by: user, ["verb": .string(verb), "group": "kubesphere.io", "resource": "installplans"])
        let method = verb == "list" ? HTTPRequest.Method.get : .post
        let done = try await ask.by(user)(method, Path.plans + "?dryRun=All", verb == "list" ? nil : .plan("x"))
        #expect(verdict["allowed"] == .bool(done.status < 300))
      }
    }
    #expect(
      try await review(by: Self.reader, ["verb": "list", "group": "kubesphere.io", "resource": "extensions"])["reason"]
        == "ABAC: allowed by line 2 of the policy file")
    #expect(
      try await review(by: Self.nobody, ["verb": "list", "group": "kubesphere.io", "resource": "extensions"])
        == ["allowed": false, "reason": "No policy matched."])
  }

  private func review(by user: User, _ attributes: Value) async throws -> Value {
    let review: Value = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
      "spec": ["resourceAttributes": attributes],
    ]
    let answer = try await ask.by(user)(.post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    return answer["status"] ?? .null
  }

  @Test func aReviewOfNothingIsRefused() async throws {
    let answer = try await ask(.post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", ["spec": [:]])

    #expect(answer.status == 422)
  }

  @Test func oneMayAskWhoOneIsAndWhatOneMay() async throws {
    let reader = ask.by(Self.reader)

    let who = try await reader(.post, "/apis/authentication.k8s.io/v1/selfsubjectreviews", [:])
    let rules = try await reader(
      .post, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", ["spec": ["namespace": "default"]])

    #expect(
      who["status", "userInfo"]
        == ["username": "reader", "uid": "2", "groups": ["readers", "system:authenticated"]])
    #expect(
      rules["status", "resourceRules"]?.sequence?.last
        == ["verbs": ["get", "list", "watch"], "apiGroups": ["kubesphere.io"], "resources": ["*"]])
  }

  @Test func onlyWhoMayImpersonateDoes() async throws {
    let helper = User(name: "helper").addingAuthenticatedGroup
    let asReader: HTTPHeaders = ["Impersonate-User": "reader"]

    let allowed = try await ask.by(helper, asReader)(.get, Path.plans)
    let refused = try await ask.by(Self.nobody, asReader)(.get, Path.plans)
    let group = try await ask.by(helper, ["Impersonate-User": "x", "Impersonate-Group": "system:masters"])(
      .get, Path.plans)
    let owner = try await ask.by(.owner, ["Impersonate-User": "x", "Impersonate-Group": "readers"])(.get, Path.plans)
    let headless = try await ask.by(.owner, ["Impersonate-Group": "readers"])(.get, Path.plans)

    #expect(allowed.message.contains(#"User "reader" cannot list"#))
    #expect(
      refused.message
        == #"users "reader" is forbidden: User "nobody" cannot impersonate resource "users" in API group "" "#
        + "at the cluster scope")
    #expect(group.message.contains(#"User "helper" cannot impersonate resource "groups""#))
    #expect([owner.status, headless.status] == [200, 500])
  }

  @Test func anOldPolicyMeansEverythingItDoesNotName() async throws {
    let old = ask.by(User(name: "old").addingAuthenticatedGroup)

    #expect(try await old(.post, Path.maps, .map("m")).status == 201)
    #expect(try await old(.get, "/api/v1/namespaces/other/configmaps").status == 403)
    #expect(try await old(.get, Path.plans).status == 403)
  }

  @Test(arguments: [
    ("a,b\n", "tokens:1: "), ("# fine\nt1,u,1\nt1,v,2\n", "tokens:3: "), ("t,\"u,1", "tokens:1: "), ("", "tokens: "),
    (",u,1", "tokens:1: "), ("t,u,1,\"g\"x", "tokens:1: "),
  ])
  func badTokensAreRefusedWithTheirLine(text: String, beginning: String) {
    let error = #expect(throws: AccessFileError.self) { try TokenTable(text: text, file: "tokens") }

    #expect(error?.description.hasPrefix(beginning) == true)
    #expect(error?.description.contains("t1") == false)
  }

  @Test func aTokenBelongsToItsUser() throws {
    let table = try TokenTable(text: "abc,ann,7,\"a,b \"\"c\"\"\"\nxyz,bob,8\n", file: "tokens")

    #expect(table.user(of: Array("abc".utf8))?.groups == ["a", "b \"c\"", "system:authenticated"])
    #expect(table.user(of: Array("xyz".utf8))?.name == "bob")
    #expect(table.user(of: Array("ab".utf8)) == nil)
    #expect(table.user(of: []) == nil)
  }

  @Test(arguments: [
    "{", "[]", #"{"user":1}"#, #"{"user":"x","readOnly":true}"#,
    #"{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"resource":"*"}}"#,
    #"{"apiVersion":"v2","kind":"Policy","spec":{"user":"x"}}"#,
  ])
  func badPoliciesAreRefusedWithTheirLine(line: String) {
    let error = #expect(throws: AccessFileError.self) {
      try Authorizer(text: "# first\n\n" + line, file: "policy")
    }

    #expect(error?.description.hasPrefix("policy:3: ") == true)
  }
}
