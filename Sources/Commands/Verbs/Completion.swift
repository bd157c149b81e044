import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform

extension Verb {
  static let completion = Verb(
    "completion", "Print a completion script for bash, zsh or fish", operands: ["bash|zsh|fish"],
    notes: [
      "bash: source <(ksx completion bash); zsh: the same; fish: ksx completion fish | source. Names, versions and config keys",
      "come from the cluster that the command line is about.",
    ], as: ShowCompletion.self)

  static let completionWords = Verb(
    "completion words", "Print what may come next in a command line, a line each; the scripts ask this",
    operands: ["[WORD…]"], as: CompleteWords.self)
}

struct ShowCompletion: Command {
  private let script: CompletionScript

  init(_ arguments: Arguments) throws(CommandError) {
    guard let script = CompletionScript(rawValue: arguments.name) else {
      throw CommandError("completion is for bash, zsh or fish, not \(arguments.name)")
    }
    self.script = script
  }

  func run(_ context: Context) { context.outlet.printExactly(script.text) }
}

/// Prints what may come next; prints nothing if that cannot be found out, and never an error.
struct CompleteWords: Command {
  private let words: [String]

  init(_ arguments: Arguments) { words = arguments.operands }

  func run(_ context: Context) async throws(CommandError) {
    let question = CompletionQuestion(words)
    if question.subject == .files { return context.outlet.print(CompletionScript.files) }
    let found = (try? await answer(question.subject, context)) ?? []
    let fitting = found.filter { $0.text.hasPrefix(question.typed) }
    // A tab separates word and description for the shell; both are sanitised, because they may be from the cluster.
    let lines = fitting.map { word in
      "\(question.lead)\(word.text.oneLine)" + (word.meaning.isEmpty ? "" : "\t\(word.meaning.oneLine)")
    }
    context.outlet.printExactly(lines.map { $0 + "\n" }.joined())
  }

  private func answer(
    _ subject: CompletionQuestion.Subject, _ context: Context
  ) async throws(CommandError) -> [CompletionQuestion.Word] {
    switch subject {
    case .words(let words): return words
    case .files, .nothing: return []
    case .profiles: return try ProfileFile(context.environment, nil).profiles().all.map { .init($0.name) }
    case .contexts: return contexts(context).map { .init($0) }
    case .extensions, .versions, .keys, .repositories, .digests: return try await ask(subject, context)
    }
  }

  private func contexts(_ context: Context) -> [String] {
    let kubeconfig = try? Kubeconfig(explicit: lineArguments[.kubeconfig], environment: context.environment)
    return kubeconfig?.contexts.map(\.name).sorted() ?? []
  }

  /// The options of the line that select a cluster; mistakes in the rest are ignored.
  private var lineArguments: Arguments { Arguments(lenient: words.dropLast()) }

  private func ask(
    _ subject: CompletionQuestion.Subject, _ context: Context
  ) async throws(CommandError) -> [CompletionQuestion.Word] {
    let arguments = lineArguments
    // Pressing a key must not start the backend.
    if arguments.has(.standalone), !Files.exists(Standalone(context.environment).socket) { return [] }
    let quiet = Outlet(print: { _ in }, note: { _ in })
    let found = try await ClusterSession.find(arguments, context.environment, quiet)
    let session = CommandSession(arguments, in: found, outlet: quiet, localState: context.localState)
    let reader = try await session.reader()
    if case .digests(let name) = subject { return session.history.releases(of: name).digests }
    return try await session.asking("completing") { () throws(ClusterError) in
      try await reader.completions(of: subject, gateway: session.session.gateway)
    }
  }
}

extension ReleaseMemory {
  /// The digests of the known configs, each with the version that had it last.
  fileprivate var digests: [CompletionQuestion.Word] {
    configs(now: nil).map { .init($0.digest, "\($0.version), \($0.time)") }
  }
}

extension ClusterReader {
  fileprivate func completions(
    of subject: CompletionQuestion.Subject, gateway: GatewayAPI?
  ) async throws(ClusterError) -> [CompletionQuestion.Word] {
    switch subject {
    case .extensions(installed: false): return try await names().map { .init($0) }
    case .extensions(installed: true):
      return try await installations().map(Installation.init).map { .init($0.extension, $0.version) }
        .sorted { $0.text < $1.text }
    case .versions(let name):
      let versions = try await versions(of: name, isWhole: false)
      return versions.map { .init(Chart.text($0.spec["version"])) }
    case .repositories: return try await cluster.list(dialect.repositories).map { .init($0.name) }
    case .keys(let name):
      guard case .success(let package)? = try await package(of: name, nil, gateway: gateway)?.package else { return [] }
      let defaults = (try? YAML.parse(package.values)) ?? [:]
      return EffectiveValues(defaults: defaults, config: [:]).entries.map { .init($0.key, JSON.text($0.value)) }
    default: return []
    }
  }
}
