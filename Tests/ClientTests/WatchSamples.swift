import Client
import KubernetesAPI
import Manifest
import Platform

func element(_ name: String, _ version: String) -> Object {
  Object([
    "apiVersion": "kubesphere.io/v1alpha1", "kind": "Extension",
    "metadata": ["name": .string(name), "resourceVersion": .string(version)],
  ])
}

func event(_ type: String, _ name: String, _ version: String) -> String {
  JSON.text(["type": .string(type), "object": element(name, version).value]) + "\n"
}

func list(_ version: String, _ name: String) -> String {
  JSON.text([
    "kind": "ExtensionList", "metadata": ["resourceVersion": .string(version)], "items": [element(name, "1").value],
  ])
}

extension Watch {
  /// The first `count` events.
  func first(_ count: Int) async -> [WatchEvent<Element>] {
    let events = Locked<[WatchEvent<Element>]>([])
    let task = Task {
      await run { event in
        let isEnough = events.withLock { events in
          if events.count < count { events.append(event) }
          return events.count == count
        }
        if isEnough { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await task.value
    return events.withLock { $0 }
  }
}
