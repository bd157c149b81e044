import Extensions
import HTTP
import KubernetesAPI
import Manifest

extension RouteTable {
  /// The list that a web front end reads: the bundles that are served, with the paths of their files.
  var bundleList: HTTPResponse {
    let items = bundles.filter { $0.object.isAvailable && !$0.files.isEmpty }.map { rule -> Value in
      [
        "name": .string(rule.object.name), "extension": .string(rule.object.extension),
        "link": .string(rule.files[0].path), "files": .sequence(rule.files.map { .string($0.path) }),
      ]
    }
    return HTTPResponse(status: 200, json: ["items": .sequence(items), "totalItems": .integer(items.count)])
  }
}
