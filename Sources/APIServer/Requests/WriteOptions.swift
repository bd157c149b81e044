import HTTP
import KubernetesAPI
import Manifest

/// What a write may ask for besides the write.
struct WriteOptions: Hashable, Sendable {
  /// Check and answer as if it were done, and do nothing.
  var isDryRun = false
  /// Who the write is recorded as.
  var manager = "ksxd"
  /// Take fields from those who own them.
  var isForced = false
  var validation = FieldValidation.warn
  /// Who writes, for what a write may turn out to be.
  var caller = Caller.owner

  init() {}

  init(_ request: HTTPRequest, _ target: Target, by caller: Caller) throws(Status) {
    self.caller = caller
    isDryRun = try Self.isDryRun(target["dryRun"])
    isForced = target.flag("force")
    if request.method != .get, request.method != .delete {
      validation = try FieldValidation(target, kind: Self.kind(request.method))
    }
    manager = target["fieldManager"] ?? ""
    let isApply = request.mediaType == Patch.applyType
    try check(target, isPatch: request.method == .patch, isApply: isApply)
    guard manager.isEmpty else { return }
    manager = (request.headers["User-Agent"] ?? "").split(separator: "/").first.map { String($0.prefix(128)) } ?? ""
    if manager.isEmpty { manager = "unknown" }
  }

  private func check(_ target: Target, isPatch: Bool, isApply: Bool) throws(Status) {
    var causes: [Status.Cause] = []
    if isApply, manager.isEmpty { causes.append(.required("fieldManager", "is required for apply patch")) }
    if !isApply, isPatch, target["force"] != nil {
      causes.append(.forbidden("force", "may not be specified for non-apply patch"))
    }
    if manager.utf8.count > 128 {
      causes.append(
        Status.Cause(
          reason: "FieldValueTooLong", message: "Too long: must have at most 128 bytes", field: "fieldManager"))
    }
    if manager.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      causes.append(.invalid("fieldManager", .string(manager), "should only contain printable characters"))
    }
    guard causes.isEmpty else { throw .invalidOptions(isPatch ? "PatchOptions" : "CreateOptions", causes) }
  }

  private static func kind(_ method: HTTPRequest.Method) -> String {
    switch method {
    case .patch: "PatchOptions"
    case .put: "UpdateOptions"
    default: "CreateOptions"
    }
  }

  static func isDryRun(_ text: String?) throws(Status) -> Bool {
    guard let text else { return false }
    guard text == "All" else {
      throw Status(
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

  init(_ request: HTTPRequest, _ target: Target) throws(Status) {
    let body: Value = request.body.isEmpty ? [:] : try request.json()
    let dryRun = body["dryRun"]?.sequence?.first?.string ?? target["dryRun"]
    isDryRun = try WriteOptions.isDryRun(dryRun)
    uid = body[path: "preconditions", "uid"]?.string
    resourceVersion = body[path: "preconditions", "resourceVersion"]?.string
    let policy = body["propagationPolicy"]?.string ?? target["propagationPolicy"]
    let orphans =
      body["orphanDependents"]?.bool ?? target["orphanDependents"].map { _ in target.flag("orphanDependents") }
    try Self.check(policy, orphans)
    orphansDependents = policy == "Orphan" || orphans == true
  }

  private static func check(_ policy: String?, _ orphans: Bool?) throws(Status) {
    guard let policy else { return }
    var causes: [Status.Cause] = []
    if !["Foreground", "Background", "Orphan"].contains(policy) {
      let problem =
        #"Unsupported value: "\#(policy)": supported values: "Foreground", "Background", "Orphan", "nil""#
      causes = [Status.Cause(reason: "FieldValueNotSupported", message: problem, field: "propagationPolicy")]
    } else if orphans != nil {
      causes = [
        .invalid(
          "propagationPolicy", .string(policy), "orphanDependents and deletionPropagation cannot be both set")
      ]
    }
    guard causes.isEmpty else { throw .invalidOptions("DeleteOptions", causes) }
  }
}

/// A change of an object, in one of the languages for that.
struct Patch: Hashable, Sendable {
  enum Language: Hashable, Sendable {
    case merge
    case operations
    case apply
  }

  static let applyType = "application/apply-patch+yaml"

  private(set) var language: Language
  private(set) var document: Value

  init(_ request: HTTPRequest, for type: ResourceType) throws(Status) {
    switch request.mediaType {
    case "application/merge-patch+json": language = .merge
    // A strategic patch differs only in lists that are merged by key, which no client of this server relies on.
    case "application/strategic-merge-patch+json" where !type.isCustom: language = .merge
    case "application/json-patch+json": language = .operations
    case Self.applyType:
      language = .apply
      document = try Self.configuration(request, type)
      return
    default:
      throw .unsupportedMediaType(
        accepted: "application/json-patch+json, application/merge-patch+json, \(Self.applyType)"
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

  func apply(to value: Value) throws(Status) -> Value {
    switch language {
    case .merge, .apply: MergePatch.apply(document, to: value)
    case .operations: try JSONPatch(document).apply(to: value)
    }
  }

  /// The fields an applier wants to own, in YAML or JSON; a key that comes twice is refused.
  private static func configuration(_ request: HTTPRequest, _ type: ResourceType) throws(Status) -> Value {
    let value: Value
    do throws(SyntaxError) {
      // Not every JSON is YAML to libyaml: it knows no surrogates in escapes.
      let json = request.body.first == UInt8(ascii: "{") ? try? JSON.parse(request.body) : nil
      if let json {
        value = json
      } else {
        value = try YAML.strictNode(String(decoding: request.body, as: UTF8.self))?.value ?? .null
      }
    } catch {
      throw .badRequest("error decoding YAML: \(error)")
    }
    guard value.mapping != nil else { throw .badRequest("error decoding YAML: the body is no object") }
    let version = value["apiVersion"]?.string ?? ""
    guard version == type.resource.apiVersion else {
      throw .badRequest(
        "Incorrect version specified in apply patch. Specified patch version: \(version), expected: "
          + type.resource.apiVersion)
    }
    guard value[path: "metadata", "managedFields"] == nil else {
      throw .badRequest("metadata.managedFields must be nil")
    }
    return withoutNulls(value)
  }

  /// `null` marks a field without an owner.
  private static func withoutNulls(_ value: Value) -> Value {
    guard let pairs = value.mapping?.pairs else { return value }
    return .mapping(
      Mapping(
        pairs.filter { $0.value != .null }.map { Mapping.Pair(key: $0.key, value: withoutNulls($0.value)) }))
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
