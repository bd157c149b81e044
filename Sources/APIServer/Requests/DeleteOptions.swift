import HTTP
import KubernetesAPI
import Manifest

/// The options of a deletion, from its body or, without a body, from its query.
///
/// Options that cannot be read are refused: an ignored precondition would allow an unwanted deletion.
struct DeleteOptions: Hashable, Sendable {
  var isDryRun = false
  var uid: String?
  var resourceVersion: String?
  /// Keep the dependents of the object.
  var orphansDependents = false
  /// Delete the dependents of the object first.
  var isInForeground = false

  init(isDryRun: Bool = false) { self.isDryRun = isDryRun }

  init(_ request: HTTPRequest, _ target: Target) throws(Status) {
    let options = request.body.isEmpty ? try Self.query(target) : try request.json()
    try Self.checkTypes(options)
    for text in options["dryRun"]?.sequence?.map({ $0.string }) ?? [] where try WriteOptions.isDryRun(text) {
      isDryRun = true
    }
    uid = options[path: "preconditions", "uid"]?.string
    resourceVersion = options[path: "preconditions", "resourceVersion"]?.string
    let (policy, orphans) = (options["propagationPolicy"]?.string, options["orphanDependents"]?.bool)
    try Self.check(policy, orphans)
    orphansDependents = policy == "Orphan" || orphans == true
    isInForeground = policy == "Foreground"
  }

  /// The options in the query, in the form of a body.
  private static func query(_ target: Target) throws(Status) -> Value {
    var options = Mapping()
    if let text = target.rawParameter("dryRun") { options["dryRun"] = [.string(text)] }
    if let text = target.rawParameter("propagationPolicy") { options["propagationPolicy"] = .string(text) }
    if target.rawParameter("orphanDependents") != nil {
      options["orphanDependents"] = .bool(target.flag("orphanDependents"))
    }
    let preconditions = ["uid", "resourceVersion"].compactMap { key in
      target.rawParameter(key).map { Mapping.Pair(key: key, value: .string($0)) }
    }
    if !preconditions.isEmpty { options["preconditions"] = .mapping(Mapping(preconditions)) }
    if let seconds = try target.integer("gracePeriodSeconds") { options["gracePeriodSeconds"] = .integer(seconds) }
    return .mapping(options)
  }

  /// Each field, its type, and a check of its value.
  private static let fields: [(path: [String], type: String, isRight: @Sendable (Value) -> Bool)] = [
    (["dryRun"], "[]string", { $0.sequence?.allSatisfy { $0.string != nil } ?? false }),
    (["preconditions"], "v1.Preconditions", { $0.mapping != nil }),
    (["preconditions", "uid"], "string", { $0.string != nil }),
    (["preconditions", "resourceVersion"], "string", { $0.string != nil }),
    (["propagationPolicy"], "string", { $0.string != nil }),
    (["orphanDependents"], "bool", { $0.bool != nil }),
    (["gracePeriodSeconds"], "int64", { $0.integer != nil }),
  ]

  private static func checkTypes(_ options: Value) throws(Status) {
    guard options.mapping != nil else { throw .badRequest("the body is no DeleteOptions: an object is expected") }
    if let kind = options["kind"], kind != "DeleteOptions" {
      throw .badRequest("the body is no DeleteOptions: it says that it is \(JSON.text(kind))")
    }
    for field in fields {
      guard let value = options[path: field.path], value != .null, !field.isRight(value) else { continue }
      let name = field.path.joined(separator: ".")
      throw .badRequest("the body is no DeleteOptions: \(name) is no \(field.type): \(JSON.text(value))")
    }
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
