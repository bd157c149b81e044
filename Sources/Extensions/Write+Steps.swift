import Client
package import KubernetesAPI
import Manifest

extension Write {
  /// This patch as a JSON patch that holds as long as `object` keeps its spec, however often its status is written
  /// meanwhile; `nil` for other writes, and for a patch without a resource version.
  ///
  /// A merge patch with a resource version fails against a controller that writes the status many times a second:
  /// KubeSphere's does so while a chart cannot be fetched.
  package func patch(whileSpecIsThatOf object: Object) -> Patch? {
    guard case .patch(_, _, _, let merge) = self, merge[path: "metadata", "resourceVersion"] != nil,
      case .patch(_, _, _, let wish) = withoutVersion, let spec = object.value["spec"]
    else { return nil }
    let checks: [Patch.Step] = [.test(["metadata", "uid"], .string(object.uid)), .test(["spec"], spec)]
    return .json(checks + Self.steps(from: object.value, by: wish, at: []))
  }

  /// The steps of the merge patch `wish` over `value`, which is at `path`.
  private static func steps(from value: Value, by wish: Value, at path: [String]) -> [Patch.Step] {
    (wish.mapping?.pairs ?? []).flatMap { pair -> [Patch.Step] in
      let (childPath, present) = (path + [pair.key], value[pair.key])
      if pair.value == .null { return present == nil ? [] : [.remove(childPath)] }
      if let present, present.mapping != nil, pair.value.mapping != nil {
        return steps(from: present, by: pair.value, at: childPath)
      }
      // A null in it would remove what is not there.
      return [.add(childPath, MergePatch.apply(pair.value, to: .null))]
    }
  }
}
