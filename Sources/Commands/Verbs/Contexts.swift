import Client
import Glibc
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let contexts = Verb(
    "contexts", "List profiles and the kubeconfig's contexts: ways, server, login",
    options: ListFormat.options,
    as: ListContexts.self)

  static let contextsUse = Verb(
    "contexts use", "Make a profile the current one", operands: ["NAME"],
    notes: [
      "Only config.yaml is written, never a kubeconfig. To have no current profile remove its line there."
    ],
    as: UseContext.self)
}

struct ListContexts: Command {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ context: Context) throws(CommandError) {
    try Contexts(arguments, context.environment, context.outlet).list()
  }
}

struct UseContext: Command {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ context: Context) throws(CommandError) {
    try Contexts(arguments, context.environment, context.outlet).use()
  }
}

/// `ksx contexts`: the profiles and the contexts of the kubeconfig, in one list.
struct Contexts {
  let arguments: Arguments
  let file: ProfileFile
  let outlet: Outlet
  /// Seconds since 1970.
  let now: Int

  init(_ arguments: Arguments, _ environment: Environment, _ outlet: Outlet, now: Int = time(nil)) {
    self.arguments = arguments
    file = ProfileFile(environment, outlet)
    self.outlet = outlet
    self.now = now
  }

  /// A profile or context.
  private struct Row {
    var name: String
    /// The file that it is from: `profile` or `kubeconfig`.
    var source: String
    var ways: [FallbackTransport.Way]
    var server: String
    var member = ""
    var isCurrent: Bool
    var user = ""
    var login = Login.none
  }

  func list() throws(CommandError) {
    let rows = try rows()
    let items = rows.map { Listing.Item(name: $0.name, value: value($0), cells: cells($0)) }
    try Listing(
      kind: "ContextList", headings: ["CURRENT", "NAME", "FROM", "WAYS", "SERVER", "LOGIN"],
      items: items
    ).print(try ListFormat(arguments), to: outlet)
    if rows.isEmpty {
      outlet.note("no contexts and no profiles; ksx login --gateway URL makes a profile")
    }
  }

  private func cells(_ row: Row) -> [String] {
    let ways = row.ways.count > 1 ? "both" : row.ways.first?.rawValue ?? ""
    let server = row.server + (row.member.isEmpty ? "" : " (\(row.member))")
    return [row.isCurrent ? "*" : "", row.name, row.source, ways, server, text(row).english]
  }

  /// Makes a profile the current one; ksx never writes a kubeconfig.
  func use() throws(CommandError) {
    let name = arguments.name
    let text = try file.text()
    if try !file.profiles().all.contains(where: { $0.name == name }) {
      let isContext = try kubeconfig().contexts.contains { $0.name == name }
      let advice =
        isContext
        ? "it is a context of the kubeconfig, which ksx does not change: use --context \(name), or kubectl config use-context"
        : "ksx contexts lists them"
      throw CommandError("there is no profile \(name); \(advice)")
    }
    let after = try ProfileFile.reading { () throws(ProfileError) in
      try Profiles.choosing(name, in: text, file: file.path, environment: file.environment)
    }
    try file.write(after)
    outlet.print("\(name) is the current profile")
  }

  /// The same list for the console.
  func clusterChoices() throws(CommandError) -> [ClusterChoice] {
    try rows().map { row in
      ClusterChoice(
        name: row.name, source: row.source == "profile" ? .profile : .kubeconfig,
        ways: row.ways.count > 1 ? "both" : row.ways.first?.rawValue ?? "",
        server: row.server + (row.member.isEmpty ? "" : " (\(row.member))"), login: text(row),
        isCurrent: row.isCurrent)
    }
  }

  private func rows() throws(CommandError) -> [Row] {
    let profiles = try file.profiles()
    let kubeconfig = try kubeconfig()
    let contexts = kubeconfig.contexts.sorted { $0.name < $1.name }
    let rows = profiles.all.map { profile in
      Row(
        name: profile.name, source: "profile", ways: profile.ways,
        server: server(of: profile, contexts, kubeconfig),
        member: profile.gateway?.cluster ?? "", isCurrent: profile.name == profiles.current,
        user: profile.gateway?.user ?? "", login: profile.login(file.environment))
    }
    return rows
      + contexts.map { context in
        Row(
          name: context.name, source: "kubeconfig", ways: [.kubernetes],
          server: kubeconfig.server(of: context),
          isCurrent: profiles.current == nil && context.name == kubeconfig.currentContext)
      }
  }

  /// The server that a profile connects to first: its gateway, or else the server of its kubeconfig.
  private func server(
    of profile: Profile, _ contexts: [Kubeconfig.Context], _ kubeconfig: Kubeconfig
  ) -> String {
    if let url = profile.gateway?.url { return url }
    var config = kubeconfig
    if let path = profile.kubernetes?.kubeconfig {
      guard let own = try? Kubeconfig(explicit: path, environment: file.environment) else {
        return path
      }
      config = own
    }
    let name = profile.kubernetes?.context ?? config.currentContext
    return config.contexts.first { $0.name == name }.map(config.server) ?? ""
  }

  private func kubeconfig() throws(CommandError) -> Kubeconfig {
    do {
      let kubeconfig = try Kubeconfig(
        explicit: arguments[.kubeconfig], environment: file.environment)
      outlet.note(kubeconfig.warnings.map { "note: \($0)" })
      return kubeconfig
    } catch {
      throw CommandError(error)
    }
  }

  private func text(_ row: Row) -> Sentence { row.login.words(of: row.user, at: now) }

  private func value(_ row: Row) -> Value {
    var fields: Mapping = [
      "name": .string(row.name), "source": .string(row.source), "current": .bool(row.isCurrent),
      "ways": .sequence(row.ways.map { .string($0.rawValue.lowercased()) }),
      "server": .string(row.server),
    ]
    if !row.member.isEmpty { fields["memberCluster"] = .string(row.member) }
    var login: Mapping = [:]
    switch row.login {
    case .none: break
    case .tokenFile(let path): login = ["state": "tokenFile", "file": .string(path)]
    case .loggedOut: login = ["state": "loggedOut"]
    case .unusable(let problem): login = ["state": "unusable", "problem": .string(problem.english)]
    case .refused(let time): login = ["state": "ended", "refused": .string(Timestamp.text(time))]
    case .loggedIn(let expires, let isRenewed):
      let isOver = expires.map { $0 <= now } ?? false
      login = ["state": isOver && !isRenewed ? "ended" : "loggedIn", "renewed": .bool(isRenewed)]
      if let expires { login["expires"] = .string(Timestamp.text(expires)) }
    }
    if !login.isEmpty, !row.user.isEmpty { login["user"] = .string(row.user) }
    if !login.isEmpty { fields["login"] = .mapping(login) }
    return .mapping(fields)
  }
}
