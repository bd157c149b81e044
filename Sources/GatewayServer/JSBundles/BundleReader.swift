import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Why a file of a bundle cannot be served.
struct BundleProblem: Error, Hashable, Sendable, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// Reads the sources of bundle files and caches them for half a second, so that many readers cost one request to the
/// API.
actor BundleReader {
  /// Bytes of cached content.
  private static let capacity = 64 << 20
  /// How long cached content is used without reading it again.
  private static let freshness = Duration.milliseconds(500)

  private struct Entry {
    var content: StaticContent
    var read: ContinuousClock.Instant
  }

  private let cluster: Cluster
  private var entries: [JSBundleRule.Source: Entry] = [:]
  private var size = 0
  /// Reads in progress; further requests for the same source wait for the same result.
  private var reads: [JSBundleRule.Source: Task<Result<[UInt8], BundleProblem>, Never>] = [:]

  init(cluster: Cluster) {
    self.cluster = cluster
  }

  func content(of file: JSBundleRule.File) async throws(BundleProblem) -> StaticContent {
    let now = ContinuousClock.now
    if let entry = entries[file.source], isFresh(entry, file.source, now) { return entry.content }
    let bytes = try await sharedBytes(of: file.source)
    // Unchanged content keeps its digest, which is slow to compute.
    if let entry = entries[file.source], entry.content.bytes == bytes {
      entries[file.source]?.read = now
      return entry.content
    }
    let content = StaticContent(bytes, isBrotli: file.isBrotli)
    keep(content, for: file.source, now)
    return content
  }

  private func isFresh(_ entry: Entry, _ source: JSBundleRule.Source, _ now: ContinuousClock.Instant) -> Bool {
    if case .text = source { return true }
    return now - entry.read < Self.freshness
  }

  private func keep(_ content: StaticContent, for source: JSBundleRule.Source, _ now: ContinuousClock.Instant) {
    size += content.size - (entries[source]?.content.size ?? 0)
    entries[source] = Entry(content: content, read: now)
    while size > Self.capacity, let oldest = entries.min(by: { $0.value.read < $1.value.read }) {
      size -= oldest.value.content.size
      entries[oldest.key] = nil
    }
  }

  private func sharedBytes(of source: JSBundleRule.Source) async throws(BundleProblem) -> [UInt8] {
    if let read = reads[source] { return try await read.value.get() }
    let read = Task { () -> Result<[UInt8], BundleProblem> in
      do throws(BundleProblem) { return .success(try await bytes(of: source)) } catch { return .failure(error) }
    }
    reads[source] = read
    defer { reads[source] = nil }
    return try await read.value.get()
  }

  private func bytes(of source: JSBundleRule.Source) async throws(BundleProblem) -> [UInt8] {
    switch source {
    case .text(let bytes): return bytes
    case .endpoint: throw BundleProblem("an upstream has it")
    case .nothing(let reason): throw BundleProblem(reason.english)
    case .configMap(let reference), .secret(let reference):
      let object: Object
      do throws(ClusterError) {
        object = try await Self.object(of: source, reference, in: cluster)
      } catch {
        // The message of the shipped gateway; the cause is for the operator and not for every reader.
        throw BundleProblem("failed to fetch content from \(source.word)")
      }
      guard let bytes = Self.bytes(of: source, reference, object) else { throw Self.noKey(source, reference) }
      return bytes
    }
  }

  /// Why a source cannot be read, for the author of the bundle; throws if the API server gave no clear answer.
  static func problem(with source: JSBundleRule.Source, in cluster: Cluster) async throws(ClusterError) -> String? {
    guard let reference = source.reference else { return nil }
    let name = "the \(source.word) \(reference.namespace)/\(reference.name)"
    do throws(ClusterError) {
      let object = try await object(of: source, reference, in: cluster)
      return bytes(of: source, reference, object) == nil ? noKey(source, reference).description : nil
    } catch {
      guard case .refused(let status) = error, (400..<500).contains(status.code), status.code != 429 else {
        throw error
      }
      return status.isNotFound ? "\(name) is not there" : "the gateway may not read \(name.dropFirst("the ".count))"
    }
  }

  private static func object(
    of source: JSBundleRule.Source, _ reference: JSBundleRule.Reference, in cluster: Cluster
  ) async throws(ClusterError) -> Object {
    try await cluster.get(
      source.isSecret ? .secrets : .configMaps, namespace: reference.namespace, reference.name)
  }

  private static func bytes(
    of source: JSBundleRule.Source, _ reference: JSBundleRule.Reference, _ object: Object
  ) -> [UInt8]? {
    let (plain, encoded) = source.isSecret ? ("stringData", "data") : ("data", "binaryData")
    if let text = object.value[path: plain, reference.key]?.string { return Array(text.utf8) }
    return object.value[path: encoded, reference.key]?.string.flatMap(Base64.decode)
  }

  private static func noKey(_ source: JSBundleRule.Source, _ reference: JSBundleRule.Reference) -> BundleProblem {
    BundleProblem("the \(source.word) has no key \(Excerpt.shortened(reference.key, to: 100))")
  }
}

extension JSBundleRule.Source {
  fileprivate var isSecret: Bool { if case .secret = self { true } else { false } }

  /// The name that the shipped gateway uses.
  fileprivate var word: String { isSecret ? "secret" : "configMap" }
}
