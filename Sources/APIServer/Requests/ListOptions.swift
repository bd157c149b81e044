import KubernetesAPI

/// The options of a list or a watch besides its filter, checked as kube-apiserver 1.32 checks them.
struct ListOptions: Hashable, Sendable {
  var version: Int?
  /// `Exact`, `NotOlderThan` or empty.
  var match: String
  /// `nil` if the request does not set `sendInitialEvents`.
  var sendsInitialEvents: Bool?

  init(_ target: Target) throws(Status) {
    version = try Self.version(target)
    _ = try target.integer("timeoutSeconds", orNegative: true)
    match = target["resourceVersionMatch"] ?? ""
    sendsInitialEvents = target["sendInitialEvents"].map { _ in target.flag("sendInitialEvents") }
    let causes = target.flag("watch") ? watchCauses(target) : listCauses(target)
    guard causes.isEmpty else { throw .invalidOptions("ListOptions", causes) }
  }

  /// The `resourceVersion`: only digits, as for Go's `ParseUint`; other numeric parameters may have a sign.
  ///
  /// A number greater than any version becomes `Int.max`.
  static func version(_ target: Target) throws(Status) -> Int? {
    guard let text = target["resourceVersion"] else { return nil }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(text) else {
      throw .badRequest("invalid value \"\(text)\" for resourceVersion: a number is expected")
    }
    return Int(clamping: number)
  }

  private func watchCauses(_ target: Target) -> [Status.Cause] {
    var causes: [Status.Cause] = []
    if sendsInitialEvents != nil, match != "NotOlderThan" {
      causes.append(forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
    }
    guard !match.isEmpty else { return causes }
    if sendsInitialEvents == nil {
      causes.append(forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
    }
    if match != "NotOlderThan" { causes.append(unsupported(#""NotOlderThan""#)) }
    return causes + continueCauses(target)
  }

  private func listCauses(_ target: Target) -> [Status.Cause] {
    var causes: [Status.Cause] = []
    if !match.isEmpty {
      if version == nil {
        causes.append(forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"))
      }
      causes += continueCauses(target)
      if !["Exact", "NotOlderThan"].contains(match) { causes.append(unsupported(#""Exact", "NotOlderThan", """#)) }
      if match == "Exact", version == 0 {
        causes.append(forbidden(#"resourceVersionMatch "exact" is forbidden for resourceVersion "0""#))
      }
    }
    if sendsInitialEvents != nil {
      causes.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    }
    return causes
  }

  private func continueCauses(_ target: Target) -> [Status.Cause] {
    target["continue"] == nil ? [] : [forbidden("resourceVersionMatch is forbidden when continue is provided")]
  }

  private func forbidden(_ problem: String) -> Status.Cause { .forbidden("resourceVersionMatch", problem) }

  private func unsupported(_ supported: String) -> Status.Cause {
    Status.Cause(
      reason: "FieldValueNotSupported", message: "Unsupported value: \"\(match)\": supported values: \(supported)",
      field: "resourceVersionMatch")
  }
}
