import HTTP
import KubernetesAPI
import Manifest

/// The options of a write, from its query and headers.
struct WriteOptions: Hashable, Sendable {
  /// Validate and respond as for a write, but store nothing.
  var isDryRun = false
  /// The field manager under which the write is recorded.
  var manager = "ksxd"
  /// Take fields over from other managers.
  var isForced = false
  var validation = FieldValidation.warn
  /// The caller, whose permission to create is needed if an apply creates the object.
  var caller = Caller.owner

  init() {}

  init(_ request: HTTPRequest, _ target: Target, by caller: Caller) throws(Status) {
    self.caller = caller
    isDryRun = try Self.isDryRun(target.rawParameter("dryRun"))
    isForced = target.flag("force")
    if request.method != .get, request.method != .delete {
      validation = try FieldValidation(target, kind: Self.kind(request.method))
    }
    manager = target["fieldManager"] ?? ""
    let isApply = request.mediaType == RequestedPatch.applyType
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
