import Glibc
import KubernetesAPI
import Manifest
import Platform

/// The content of `/metrics` in Prometheus' text format; metrics have kube-apiserver's names where it has them.
struct Metrics {
  var api: API

  /// All metrics.
  var text: String {
    let (version, counts) = api.registry.withLock { registry in
      (registry.version, api.collections.map { ($0, registry.table($0).keys.count) })
    }
    let objects = counts.map { ("{resource=\(JSON.text(.string($0.0)))}", $0.1) }
    let build = "{git_version=\(JSON.text(Discovery.version["gitVersion"] ?? "")),platform=\"linux\"}"
    return family("apiserver_storage_objects", "Objects that are kept, by resource.", objects)
      + family(
        "apiserver_longrunning_requests", "Watches that wait for news.", [("{verb=\"WATCH\"}", api.waiters.count)])
      + family("ksxd_resource_version", "The version of the latest change.", [("", version)])
      + family("kubernetes_build_info", "What the server says it is.", [(build, 1)])
      + family("process_resident_memory_bytes", "Memory in use.", [("", Self.residentBytes)])
  }

  private func family(_ name: String, _ help: String, _ samples: [(labels: String, value: Int)]) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) gauge\n" + samples.map { "\(name)\($0.labels) \($0.value)\n" }.joined()
  }

  private static var residentBytes: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
      separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}

extension API {
  /// The served collections, sorted.
  nonisolated var collections: [String] { Set(types.all.filter { !$0.isReview }.map(\.collection)).sorted() }
}
