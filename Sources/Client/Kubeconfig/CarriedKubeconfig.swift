import Manifest
import Platform

extension Connection {
  /// The connection of a kubeconfig that is stored in an object of the API; `nil` if it is invalid, or if it would run
  /// a program or read a file of this machine.
  package init?(carried bytes: [UInt8]) {
    guard let value = try? YAML.parse(String(decoding: bytes, as: UTF8.self)), !Self.usesLocalResources(value) else {
      return nil
    }
    var options = KubeconfigOptions()
    options.kubeconfig = "member"
    let context = try? Kubeconfig.load(options, environment: Environment([:])) { (path) throws(SystemError) in
      guard path.hasSuffix("member") else {
        throw SystemError("reading \(path)", problem: "a member's kubeconfig names no files of this machine")
      }
      return bytes
    }
    guard var connection = context?.connection else { return nil }
    connection.tlsFiles = nil
    self = connection
  }

  private static func usesLocalResources(_ value: Value) -> Bool {
    (value["users"]?.sequence ?? []).contains { entry in
      ["exec", "auth-provider", "tokenFile"].contains { entry[path: "user", $0] != nil }
    }
  }
}
