import Manifest
import Platform

/// How a credential plugin is run: the `exec` part of a user.
struct ExecSettings: Sendable {
  enum Mode: String, Sendable { case never = "Never", ifAvailable = "IfAvailable", always = "Always" }

  var apiVersion: String
  var command: String
  var arguments: [String] = []
  var variables: [(name: String, value: String)] = []
  var mode = Mode.ifAvailable
  var installHint: String?
  /// The `spec.cluster` for the plugin; `nil` unless `provideClusterInfo` is set.
  var cluster: Value?

  static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  init(_ user: Kubeconfig.Entry, cluster: Kubeconfig.Entry?, connection: Connection) throws(KubeconfigError) {
    let exec = Kubeconfig.Entry(name: user.name, node: user.node["exec"] ?? user.node, file: user.file)
    guard let command = exec.text("command") else {
      throw exec.mistake(nil, "the exec plugin of the user \(user.name) names no command", "Add “command:” to it")
    }
    guard let version = exec.text("apiVersion"), Self.versions.contains(version) else {
      throw exec.mistake(
        "apiVersion", "the exec plugin \(command) has an apiVersion that is not known",
        "Write client.authentication.k8s.io/v1 or …/v1beta1; the plugin may have to be brought up to date")
    }
    self.command = command.contains("/") ? Files.wholePath(command, besides: user.file) : command
    apiVersion = version
    arguments = try Self.arguments(exec)
    variables = try Self.variables(exec)
    mode = try Self.mode(exec, isRequired: version == Self.versions[0])
    installHint = exec.text("installHint")
    if try exec.flag("provideClusterInfo") { self.cluster = Self.information(cluster, connection) }
  }

  private static func arguments(_ exec: Kubeconfig.Entry) throws(KubeconfigError) -> [String] {
    guard let node = exec.node["args"], !node.isNull else { return [] }
    guard case .sequence(let items) = node.content else {
      throw exec.mistake("args", "args is not a list", "Begin each argument with a dash")
    }
    return items.map { $0.text ?? "" }
  }

  private static func variables(
    _ exec: Kubeconfig.Entry
  ) throws(KubeconfigError) -> [(name: String, value: String)] {
    guard let node = exec.node["env"], !node.isNull else { return [] }
    guard case .sequence(let items) = node.content else {
      throw exec.mistake("env", "env is not a list", "Write “- name: … value: …”")
    }
    var variables: [(name: String, value: String)] = []
    for item in items {
      guard let name = item["name"]?.text, !name.isEmpty else {
        throw KubeconfigError(
          file: exec.file, line: item.line, problem: "a variable in env has no name", remedy: "Give it one")
      }
      variables.append((name, item["value"]?.text ?? ""))
    }
    return variables
  }

  private static func mode(_ exec: Kubeconfig.Entry, isRequired: Bool) throws(KubeconfigError) -> Mode {
    guard let text = exec.text("interactiveMode") else {
      if !isRequired { return .ifAvailable }
      throw exec.mistake(nil, "interactiveMode is missing", "Add “interactiveMode: IfAvailable”, Never or Always")
    }
    guard let mode = Mode(rawValue: text) else {
      throw exec.mistake(
        "interactiveMode", "interactiveMode \(text) is not known", "Write Never, IfAvailable or Always")
    }
    return mode
  }

  private static func information(_ cluster: Kubeconfig.Entry?, _ connection: Connection) -> Value {
    var fields: Mapping = ["server": .string(connection.server)]
    if let name = connection.tls.serverName { fields["tls-server-name"] = .string(name) }
    if !connection.tls.isVerified { fields["insecure-skip-tls-verify"] = true }
    if let authority = connection.tls.authority {
      fields["certificate-authority-data"] = .string(Base64.encode(authority))
    }
    if let proxy = connection.proxy { fields["proxy-url"] = .string(proxy) }
    for item in cluster?.node["extensions"]?.value.sequence ?? []
    where item["name"]?.string == "client.authentication.k8s.io/exec" {
      fields["config"] = item["extension"]
    }
    return .mapping(fields)
  }
}
