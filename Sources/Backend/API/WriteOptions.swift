import Client
import Manifest

/// What a write may ask for besides the write.
struct WriteOptions: Hashable, Sendable {
  /// Check and answer as if it were done, and do nothing.
  var isDryRun = false

  init() {}

  init(_ target: Target) throws(Refusal) {
    isDryRun = try Self.isDryRun(target["dryRun"])
  }

  static func isDryRun(_ text: String?) throws(Refusal) -> Bool {
    guard let text else { return false }
    guard text == "All" else {
      throw Refusal(
        code: 422, reason: "Invalid",
        message: "Invalid value: \"\(text)\": dryRun: Unsupported value: \"\(text)\": supported values: \"All\"")
    }
    return true
  }
}

/// What a deletion asks for, in its body or its query.
struct DeleteOptions: Hashable, Sendable {
  var isDryRun = false
  var uid: String?
  var resourceVersion: String?
  /// Leave what the object owns where it is.
  var orphansDependents = false

  init(isDryRun: Bool = false) { self.isDryRun = isDryRun }

  init(_ request: HTTPRequest, _ target: Target) throws(Refusal) {
    let body: Value = request.body.isEmpty ? [:] : try request.json()
    let dryRun = body["dryRun"]?.sequence?.first?.string ?? target["dryRun"]
    isDryRun = try WriteOptions.isDryRun(dryRun)
    uid = body[path: "preconditions", "uid"]?.string
    resourceVersion = body[path: "preconditions", "resourceVersion"]?.string
    let policy = body["propagationPolicy"]?.string ?? target["propagationPolicy"]
    orphansDependents = policy == "Orphan" || body["orphanDependents"]?.bool == true
  }
}

/// A change of an object, in one of the languages for that.
struct Patch: Hashable, Sendable {
  private enum Language: Hashable, Sendable {
    case merge
    case operations
  }

  private var language: Language
  private var document: Value

  init(_ request: HTTPRequest, for type: ResourceType) throws(Refusal) {
    switch request.mediaType {
    case "application/merge-patch+json": language = .merge
    // A strategic patch differs only in lists that are merged by key, which nobody here relies on.
    case "application/strategic-merge-patch+json" where !type.isCustom: language = .merge
    case "application/json-patch+json": language = .operations
    default:
      throw .unsupportedMediaType(
        accepted: "application/json-patch+json, application/merge-patch+json"
          + (type.isCustom ? "" : ", application/strategic-merge-patch+json"))
    }
    do throws(SyntaxError) {
      document = try JSON.parse(request.body)
    } catch {
      throw .badRequest("the patch is no JSON: \(error)")
    }
    guard language == .operations || document.mapping != nil else { throw .badRequest("the patch is no object") }
    if request.mediaType.hasPrefix("application/strategic") { document = Self.withoutDirectives(document) }
  }

  func apply(to value: Value) throws(Refusal) -> Value {
    switch language {
    case .merge: MergePatch.apply(document, to: value)
    case .operations: try JSONPatch(document).apply(to: value)
    }
  }

  /// The patch without `$patch`, `$setElementOrder/…` and the like.
  private static func withoutDirectives(_ value: Value) -> Value {
    guard let pairs = value.mapping?.pairs else { return value }
    return .mapping(
      Mapping(
        pairs.filter { !$0.key.hasPrefix("$") }
          .map { Mapping.Pair(key: $0.key, value: withoutDirectives($0.value)) }))
  }
}
