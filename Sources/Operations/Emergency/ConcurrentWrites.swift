package import Client
package import Extensions
import HTTP
import KubernetesAPI

/// Sends independent writes concurrently.
package struct ConcurrentWrites: Sendable {
  /// A write, with a name that the caller gives it.
  package struct Item: Hashable, Sendable {
    package var name: String
    package var write: Write

    package init(_ name: String, _ write: Write) {
      self.name = name
      self.write = write
    }
  }

  /// How many requests are sent at once.
  private static let width = 8

  /// Sends each write once; returns the items in order, with the error of those that failed.
  package static func send(_ items: [Item], to cluster: Cluster) async -> [(Item, ClusterError?)] {
    await withTaskGroup(of: (Int, ClusterError?).self) { group in
      var errors: [ClusterError?] = Array(repeating: nil, count: items.count)
      var next = 0
      func begin() {
        guard next < items.count else { return }
        let (index, write) = (next, items[next].write)
        group.addTask {
          let sent = await result { () throws(ClusterError) in try await write.deliver(to: cluster) }
          guard case .failure(let error) = sent, !error.isOfMissing(write) else { return (index, nil) }
          return (index, error)
        }
        next += 1
      }
      for _ in 0..<width { begin() }
      for await (index, error) in group {
        errors[index] = error
        begin()
      }
      return Array(zip(items, errors))
    }
  }
}

extension ClusterError {
  /// Whether a deletion failed only because the object no longer exists, which is what it was for.
  fileprivate func isOfMissing(_ write: Write) -> Bool {
    guard case .delete = write else { return false }
    return isNotFound
  }
}
