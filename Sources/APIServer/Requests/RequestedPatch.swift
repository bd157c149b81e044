import HTTP
import KubernetesAPI
import Manifest

/// The patch in the body of a request: a merge patch, plain or strategic, JSON Patch operations or an apply
/// configuration.
struct RequestedPatch: Hashable, Sendable {
  enum Language: Hashable, Sendable {
    case merge
    /// As `merge`, with lists that are merged item by item.
    case strategic
    case operations
    case apply
  }

  static let applyType = "application/apply-patch+yaml"

  private(set) var language: Language
  private(set) var document: Value
  /// The duplicate keys, which strict field validation rejects.
  private(set) var duplicates: [String] = []

  init(_ request: HTTPRequest, for type: ResourceType) throws(Status) {
    switch request.mediaType {
    case "application/merge-patch+json": language = .merge
    case "application/strategic-merge-patch+json" where !type.isCustom: language = .strategic
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
      let (value, paths) = try JSON.parseNotingRepeats(request.body)
      (document, duplicates) = (value, paths.map { "duplicate field \"\($0)\"" })
    } catch {
      throw .badRequest("the patch is no JSON: \(error)")
    }
    guard language == .operations || document.mapping != nil else { throw .badRequest("the patch is no object") }
  }

  /// The part of the patch that is checked for unknown fields.
  var fields: Value { language == .strategic ? StrategicMergePatch.fields(of: document) : document }

  /// `value`, an object of `type`, with the patch applied.
  func apply(to value: Value, _ type: ResourceType) throws(Status) -> Value {
    switch language {
    case .strategic: try StrategicMergePatch.apply(document, to: value, type)
    case .merge, .apply: MergePatch.apply(document, to: value)
    case .operations: try JSONPatch(document).apply(to: value)
    }
  }

  /// The fields that an applier wants to own, in YAML or JSON; duplicate keys are refused.
  private static func configuration(_ request: HTTPRequest, _ type: ResourceType) throws(Status) -> Value {
    let (value, duplicates): (Value, [String])
    do throws(SyntaxError) {
      // libyaml does not read all JSON: it rejects escaped surrogates.
      let json = request.body.first == UInt8(ascii: "{") ? try? JSON.parseNotingRepeats(request.body) : nil
      if let json {
        (value, duplicates) = json
      } else {
        (value, duplicates) = (try YAML.strictNode(String(decoding: request.body, as: UTF8.self))?.value ?? .null, [])
      }
    } catch {
      throw .badRequest("error decoding YAML: \(error)")
    }
    if let path = duplicates.first { throw .badRequest("error decoding YAML: duplicate field \"\(path)\"") }
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

  /// Removes null fields, which get no owner.
  private static func withoutNulls(_ value: Value) -> Value {
    guard let pairs = value.mapping?.pairs else { return value }
    return .mapping(
      Mapping(
        pairs.filter { $0.value != .null }.map { Mapping.Pair(key: $0.key, value: withoutNulls($0.value)) }))
  }
}
