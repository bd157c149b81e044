package import Client
package import Extensions
import HTTP
import KubernetesAPI

/// Writes of which none waits for another, some of them under way at once.
package struct ManyWrites: Sendable {
  /// A write, and what it is about in the caller's words.
  package struct Item: Hashable, Sendable {
    package var name: String
    package var write: Write

    package init(_ name: String, _ write: Write) {
      self.name = name
      self.write = write
    }
  }

  /// How many are under way at once.
  private static let width = 8

  /// Sends each once; what failed is given with the reason, in the order of `items`.
  package static func send(_ items: [Item], to cluster: Cluster) async -> [(Item, ClusterError?)] {
    await withTaskGroup(of: (Int, ClusterError?).self) { group in
      var errors: [ClusterError?] = Array(repeating: nil, count: items.count)
      var next = 0
      func begin() {
        guard next < items.count else { return }
        let (place, write) = (next, items[next].write)
        group.addTask {
          let sent = await result { () throws(ClusterError) in try await write.deliver(to: cluster) }
          guard case .failure(let error) = sent, !error.isOfMissing(write) else { return (place, nil) }
          return (place, error)
        }
        next += 1
      }
      for _ in 0..<width { begin() }
      for await (place, error) in group {
        errors[place] = error
        begin()
      }
      return Array(zip(items, errors))
    }
  }
}

extension ClusterError {
  /// A deletion of what is gone already has done what it was for.
  fileprivate func isOfMissing(_ write: Write) -> Bool {
    guard case .delete = write else { return false }
    return isNotFound
  }
}
