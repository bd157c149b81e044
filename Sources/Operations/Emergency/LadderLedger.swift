package import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform

/// What the ladder has changed of one extension, written before it is changed: `enable` brings it back from here,
/// whoever runs it, and after whatever came in between.
///
/// Secrets of the cluster, one for each rung, because copies may hold secrets; and a file on this computer, where the
/// cluster does not take them.
package struct LadderLedger: Sendable {
  private let cluster: Cluster
  private let name: String
  /// The folder on this computer, such as `~/.local/state/ksx/emergency`.
  private let folder: String
  private let identity: String

  static let label = "ksx.dev/emergency"
  private static let largest = 900_000

  package init(_ cluster: Cluster, of name: String, folder: String, identity: String) {
    self.cluster = cluster
    self.name = name
    self.folder = folder
    self.identity = identity
  }

  /// What was changed, by rung.
  package func entries() async throws(ClusterError) -> [Rung: [LadderEntry]] {
    let kept = try await secrets()
    var entries: [Rung: [LadderEntry]] = [:]
    for rung in Rung.allCases {
      let found = kept.first { $0.name == secretName(rung) }
      let all = Self.merged(found.map(Self.entries) ?? [], local(rung))
      if !all.isEmpty { entries[rung] = all }
    }
    return entries
  }

  /// Keeps `entries`, and returns what the user must know where the cluster did not take them.
  package func add(_ entries: [LadderEntry], _ rung: Rung) async throws(ClusterError) -> String? {
    let former = try await secrets().first { $0.name == secretName(rung) }
    let all = Self.merged(Self.merged(former.map(Self.entries) ?? [], local(rung)), entries)
    let isHere = keepHere(all, rung)
    let data = Gzip.pack(JSON.bytes(.sequence(all.map(\.value))))
    let secret = Object(
      .secrets, name: secretName(rung), namespace: PackageSource.namespace, labels: [Self.label: name],
      ["data": ["entries": .string(Base64.encode(data))]])
    do throws(ClusterError) {
      guard data.count <= Self.largest else { throw .unreadable("it is larger than a Secret may be") }
      let write: Write =
        former.map {
          .patch(.secrets, namespace: PackageSource.namespace, name: $0.name, ["data": secret.value["data"] ?? .null])
        }
        ?? .create(.secrets, secret)
      _ = try await write.deliver(to: cluster)
      return nil
    } catch {
      // Without any copy nothing is taken away.
      guard isHere else { throw error }
      return "what was before is kept on this computer only (\(path(rung))): \(error.brief)"
    }
  }

  /// Forgets what `rung` changed, once it is back.
  package func remove(_ rung: Rung) async throws(ClusterError) {
    do throws(ClusterError) {
      try await cluster.delete(.secrets, namespace: PackageSource.namespace, secretName(rung))
    } catch {
      guard case .refused(let status) = error, status.code == 404 || status.code == 403 else { throw error }
    }
    try? Files.remove(path(rung))
  }

  /// Where the Secrets may not be read, only what is kept here is known.
  private func secrets() async throws(ClusterError) -> [Object] {
    do throws(ClusterError) {
      return try await cluster.list(
        .secrets, namespace: PackageSource.namespace, selector: Selector(labels: "\(Self.label)=\(name)"))
    } catch {
      guard case .refused(let status) = error, status.code == 404 || status.code == 403 else { throw error }
      return []
    }
  }

  private func secretName(_ rung: Rung) -> String { "ksx-emergency.\(name).\(rung.rawValue)" }

  private func path(_ rung: Rung) -> String { "\(folder)/\(ConfigHash.of(identity)).\(name).\(rung.rawValue).json" }

  private static func entries(_ secret: Object) -> [LadderEntry] {
    guard let bytes = secret.value[path: "data", "entries"]?.string.flatMap(Base64.decode),
      let json = try? Gzip.unpack(bytes, limit: 64 << 20)
    else { return [] }
    return entries(json)
  }

  private static func entries(_ json: [UInt8]) -> [LadderEntry] {
    (try? JSON.parse(json))?.sequence?.compactMap(LadderEntry.init) ?? []
  }

  private static func merged(_ first: [LadderEntry], _ more: [LadderEntry]) -> [LadderEntry] {
    first + more.filter { entry in !first.contains { $0.isSame(as: entry) } }
  }

  private func local(_ rung: Rung) -> [LadderEntry] {
    (try? Files.read(path(rung))).map(Self.entries) ?? []
  }

  private func keepHere(_ entries: [LadderEntry], _ rung: Rung) -> Bool {
    do throws(SystemError) {
      try Files.makeDirectory(folder)
      try Files.write(JSON.bytes(.sequence(entries.map(\.value))), to: path(rung))
      return true
    } catch {
      return false
    }
  }
}
