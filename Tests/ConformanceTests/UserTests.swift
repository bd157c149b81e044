import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

/// What an admin, a reader and a user without rights may do, and how they are refused.
@Suite struct UserTests {
  let admin: Cluster
  let shelf = ServerUnderTest.dialect.categories
  let name = "ksx-users-\(UInt32.random(in: .min ... .max))"

  init() async throws {
    admin = try await ServerUnderTest.current.cluster()
    _ = try await admin.create(shelf, Object(shelf, name: name, ["spec": ["icon": "x"]]))
  }

  /// One use of each verb.
  enum Verb: String, CaseIterable, Sendable {
    case get, list, watch, create, update, patch, delete, deletecollection

    var reads: Bool { [.get, .list, .watch].contains(self) }
    var isNamed: Bool { [.get, .update, .patch, .delete].contains(self) }
  }

  @Test(arguments: ServerUnderTest.Person.allCases, Verb.allCases)
  func everyVerbDoesWhatItMayOrSaysWhyNot(person: ServerUnderTest.Person, verb: Verb) async throws {
    let cluster = try await ServerUnderTest.current.cluster(as: person)

    let status = await refusal { () async throws(ClusterError) in try await use(verb, of: shelf, in: cluster) }

    if person == .admin || (person == .readOnly && verb.reads) {
      #expect(status == nil)
    } else {
      let subject = shelf.qualifiedName + (verb.isNamed ? " \"\(name)\"" : "")
      #expect(status?.code == 403)
      #expect(status?.reason == "Forbidden")
      #expect(status?.details.name == (verb.isNamed ? name : ""))
      #expect(
        status?.message
          == "\(subject) is forbidden: User \"\(person.rawValue)\" cannot \(verb.rawValue) resource "
          + "\"\(shelf.plural)\" in API group \"\(shelf.group)\" at the cluster scope")
    }
    try await remove()
  }

  @Test(arguments: ServerUnderTest.Person.allCases, Verb.allCases)
  func theVerdictAgreesWithWhatHappens(person: ServerUnderTest.Person, verb: Verb) async throws {
    let cluster = try await ServerUnderTest.current.cluster(as: person)

    let access = Access(verb.rawValue, shelf, name: verb.isNamed ? name : nil)
    let verdict = try await cluster.verdict(on: access)
    let status = await refusal { () async throws(ClusterError) in try await use(verb, of: shelf, in: cluster) }

    #expect(verdict.isAllowed == (status == nil))
    try await remove()
  }

  @Test(arguments: [ServerUnderTest.Person.readOnly, .nobody], Verb.allCases)
  func whatIsNotTheirsIsNotTheirs(person: ServerUnderTest.Person, verb: Verb) async throws {
    let cluster = try await ServerUnderTest.current.cluster(as: person)

    let status = await refusal { () async throws(ClusterError) in try await use(verb, of: .secrets, in: cluster) }

    #expect(status?.code == 403)
    #expect(status?.message.hasSuffix("in the namespace \"default\"") == true)
    try await remove()
  }

  @Test func aUserWithoutRightsDoesNotLearnWhatExists() async throws {
    let nobody = try await ServerUnderTest.current.cluster(as: .nobody)
    let absent = String(name.reversed())

    let listed = try await nobody.raw(.get, shelf.path())
    let present = try await nobody.raw(.get, shelf.path(name: name))
    let missing = try await nobody.raw(.get, shelf.path(name: absent))
    let unknown = try await nobody.raw(.get, "/apis/no.such.group/v1/things")

    #expect([listed.status, present.status, missing.status, unknown.status] == [403, 403, 403, 403])
    #expect(!listed.text.contains(name))
    #expect(present.message.split(separator: name) == missing.message.split(separator: absent))
    #expect(present["details", "kind"] == missing["details", "kind"])
    try await remove()
  }

  @Test(arguments: ServerUnderTest.Person.allCases)
  func everyAuthenticatedUserMayDiscover(person: ServerUnderTest.Person) async throws {
    let cluster = try await ServerUnderTest.current.cluster(as: person)

    let resources = try await cluster.resources(group: shelf.group, version: shelf.version)

    #expect(resources.contains { $0.resource.plural == shelf.plural })
    #expect(try await !cluster.version().gitVersion.isEmpty)
    try await remove()
  }

  @Test func onlyWhoMayImpersonateDoes() async throws {
    let nobody = try await ServerUnderTest.current.cluster(as: .nobody)

    let down = try await admin.raw(.get, shelf.path(), headers: ["Impersonate-User": "nobody"])
    let up = try await nobody.raw(.get, shelf.path(), headers: ["Impersonate-User": "admin"])
    let group = try await nobody.raw(
      .get, shelf.path(), headers: ["Impersonate-User": "nobody", "Impersonate-Group": "system:masters"])

    #expect([down.status, up.status, group.status] == [403, 403, 403])
    #expect(down.message.contains("User \"nobody\" cannot list"))
    #expect(
      up.message
        == #"users "admin" is forbidden: User "nobody" cannot impersonate resource "users" in API group "" "#
        + "at the cluster scope")
    try await remove()
  }

  private func use(_ verb: Verb, of resource: Resource, in cluster: Cluster) async throws(ClusterError) {
    let namespace = resource.isNamespaced ? "default" : nil
    switch verb {
    case .get: _ = try await cluster.get(resource, namespace: namespace, name)
    case .list: _ = try await cluster.list(resource, namespace: namespace, limit: 5)
    case .watch: try await watch(resource, namespace, in: cluster)
    case .update: try await update(resource, namespace, in: cluster)
    case .deletecollection:
      // Nothing is selected, and nothing would be done.
      let target = resource.path(namespace: namespace) + "?labelSelector=ksx.dev%2Fnone&dryRun=All"
      try await expectYes { try await cluster.raw(.delete, target) }
    case .create:
      _ = try await cluster.create(
        resource, Object(resource, name: name + "-new", namespace: namespace), dryRun: true)
    case .patch:
      _ = try await cluster.patch(resource, namespace: namespace, name, ["metadata": ["labels": ["a": "b"]]])
    case .delete: try await cluster.delete(resource, namespace: namespace, name)
    }
  }

  /// Replaces the object with itself; another writer may be faster, and then it is read again.
  private func update(_ resource: Resource, _ namespace: String?, in cluster: Cluster) async throws(ClusterError) {
    let target = resource.path(namespace: namespace, name: name) + "?dryRun=All"
    for attempt in 1...10 {
      do throws(ClusterError) {
        let empty = Object(resource, name: name, namespace: namespace)
        let object = try? await admin.get(resource, namespace: namespace, name)
        return try await expectYes { try await cluster.raw(.put, target, (object ?? empty).value) }
      } catch {
        guard case .refused(let status) = error, status.code == 409, attempt < 10 else { throw error }
      }
    }
  }

  /// Throws what `send` was refused with.
  private func expectYes(_ send: () async throws -> Answer) async throws(ClusterError) {
    let answer: Answer
    do { answer = try await send() } catch { throw .unreadable("\(error)") }
    guard answer.status >= 300 else { return }
    throw .refused(
      Status(
        code: answer.status, reason: answer.reason, message: answer.message,
        details: Status.Details(name: answer["details", "name"]?.string ?? "")))
  }

  /// Begins a watch and looks at its head only.
  private func watch(
    _ resource: Resource, _ namespace: String?, in cluster: Cluster
  ) async throws(ClusterError) {
    let target = resource.path(namespace: namespace) + "?watch=true&timeoutSeconds=1"
    let response: HTTPResponse
    let bytes: [UInt8]
    do throws(TransportError) {
      response = try await cluster.transport.send(HTTPRequest(.get, target))
      guard response.status != 200 else { return }
      bytes = try await response.body.collected()
    } catch {
      throw .transport(error)
    }
    let json = (try? JSON.parse(bytes)) ?? .null
    throw .refused(
      Status(
        code: response.status, reason: json["reason"]?.string ?? "", message: json["message"]?.string ?? "",
        details: Status.Details(name: json[path: "details", "name"]?.string ?? "")))
  }

  /// Leaves nothing behind.
  private func remove() async throws {
    _ = try await admin.raw(.delete, shelf.path(name: name))
  }
}
