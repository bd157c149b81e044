import Operations

/// An option of the command line; the raw value is its name without the two hyphens.
///
/// Options that select a cluster have kubectl's names.
enum Option: String, CaseIterable, Sendable {
  case kubeconfig, context, cluster, user, server, token
  case certificateAuthority = "certificate-authority"
  case clientCertificate = "client-certificate"
  case clientKey = "client-key"
  case insecure = "insecure-skip-tls-verify"
  case tlsServerName = "tls-server-name"
  case asUser = "as"
  case asGroup = "as-group"
  case asUID = "as-uid"
  case asUserExtra = "as-user-extra"
  case username, password
  case namespace
  case requestTimeout = "request-timeout"
  case disableCompression = "disable-compression"
  case cacheDirectory = "cache-dir"
  case warningsAsErrors = "warnings-as-errors"
  case verbosity = "v"
  case logFlushFrequency = "log-flush-frequency"
  case verbosityByFile = "vmodule"
  case profile
  case memberCluster = "member-cluster"
  case standalone, dialect
  case readOnly = "read-only"
  case slow, plain
  case help
  case output, version, string, yaml, config, empty, yes, now, climb, force, clusters, except
  case targetNamespace = "target-namespace"
  case dryRun = "dry-run"
  case wait, timeout, reason
  case awaited = "for"
  case images
  case filter = "where"
  case selector
  case keepGoing = "keep-going"
  case confirm
  case filename, prune
  case writeFiles = "write-files"
  case address = "url"
  case description, interval, depth
  case authority = "ca"
  case insecureRepository = "insecure"
  case repositoryUser = "repo-username"
  case fieldSelector = "field-selector"
  case sortBy = "sort-by"
  case noHeaders = "no-headers"
  case watch, follow, previous
  case gateway
  case passwordStdin = "password-stdin"

  /// The options that every command has: which cluster to use, and how to connect to it.
  static let everywhere: [Option] = allCases.filter { $0.rawValue == "help" || $0.isGlobal }

  /// The options that every change has.
  static let ofChanges: [Option] = [.yes, .confirm, .dryRun, .wait, .timeout, .reason, .output]

  /// The options of changes that can be made to several extensions.
  static let ofMany: [Option] = [.filter, .selector, .keepGoing]

  /// Whether an empty value, as in `--option "$VARIABLE"`, counts as not given; kubectl does the same.
  var isUnsetWhenEmpty: Bool { isGlobal }

  private var isGlobal: Bool {
    switch self {
    case .help, .output, .version, .config, .empty, .yes, .now, .climb, .force, .clusters, .except,
      .targetNamespace,
      .dryRun, .wait, .timeout, .reason, .awaited, .images, .filter, .selector, .keepGoing,
      .confirm, .filename, .prune,
      .writeFiles, .address, .description, .interval, .depth, .authority, .insecureRepository,
      .repositoryUser,
      .gateway,
      .passwordStdin, .string, .yaml, .slow, .plain, .fieldSelector, .sortBy, .noHeaders, .watch,
      .follow, .previous:
      false
    default: true
    }
  }

  /// The name of its value; `nil` for a flag.
  var argument: String? {
    switch self {
    case .kubeconfig, .certificateAuthority, .clientCertificate, .clientKey, .config: "FILE"
    case .context, .cluster, .user, .tlsServerName, .asUser, .asGroup, .username, .namespace,
      .profile, .memberCluster,
      .targetNamespace:
      "NAME"
    case .server, .gateway: "URL"
    case .password: "PASSWORD"
    case .asUserExtra: "KEY=VALUE"
    case .verbosity: "LEVEL"
    case .logFlushFrequency: "DURATION"
    case .verbosityByFile: "PATTERN=LEVEL"
    case .cacheDirectory, .writeFiles: "DIRECTORY"
    case .token: "TOKEN"
    case .asUID: "UID"
    case .clusters, .except: "NAME,…"
    case .climb: "RUNG"
    case .requestTimeout, .timeout: "DURATION"
    case .dialect: "DIALECT"
    case .output: "FORMAT"
    case .version: "VERSION"
    case .filter: "FILTER"
    case .selector, .fieldSelector: "SELECTOR"
    case .sortBy: "JSONPATH"
    case .confirm: "NAME"
    case .filename, .authority: "FILE"
    case .address: "ADDRESS"
    case .description: "TEXT"
    case .interval: "DURATION"
    case .depth: "COUNT"
    case .repositoryUser: "NAME"
    case .reason: "TEXT"
    case .awaited: WaitCondition.allCases.map(\.rawValue).joined(separator: "|")
    case .dryRun: "none|client|server"
    case .insecure, .standalone, .readOnly, .slow, .plain, .help, .string, .yaml, .empty, .yes,
      .now, .force, .wait,
      .images, .noHeaders, .watch, .follow, .previous,
      .keepGoing, .prune, .insecureRepository,
      .disableCompression,
      .passwordStdin,
      .warningsAsErrors:
      nil
    }
  }

  /// Its letter after a single hyphen.
  var letter: Character? {
    switch self {
    case .server: "s"
    case .namespace: "n"
    case .verbosity: "v"
    case .output: "o"
    case .watch: "w"
    case .follow: "f"
    case .yes: "y"
    case .selector: "l"
    case .filename: "f"
    case .help: "h"
    default: nil
    }
  }

  /// The option as the user types it, with its letter and the name of its value.
  var spelling: String {
    (letter.map { "-\($0), " } ?? "") + "--" + rawValue + (argument.map { " " + $0 } ?? "")
  }

  /// The permitted values, if there are only a few.
  var choices: [String]? {
    switch self {
    case .dryRun: DryRun.allCases.map(\.rawValue)
    case .dialect: ["subscription", "installplan"]
    case .awaited: WaitCondition.allCases.map(\.rawValue)
    case .climb: Rung.allCases.map(\.rawValue)
    default: nil
    }
  }

  /// The value if it is given without one.
  var valueWhenBare: String? { self == .dryRun ? "client" : nil }

  var summary: String {
    switch self {
    case .kubeconfig: "The kubeconfig to use; otherwise KUBECONFIG, then ~/.kube/config"
    case .context: "The context of the kubeconfig to use"
    case .cluster: "The cluster of the kubeconfig to use"
    case .user: "The user of the kubeconfig to use"
    case .server: "The address of the Kubernetes API: https://HOST:PORT or unix:///PATH"
    case .token: "The bearer token to show the server"
    case .certificateAuthority: "The certificates that vouch for the server"
    case .clientCertificate: "The certificate to show the server"
    case .clientKey: "The key of that certificate"
    case .insecure:
      "Do not verify the server's certificate; what is sent can then be read and changed on the way"
    case .tlsServerName: "The name the server's certificate must have"
    case .asUser: "The user to act as"
    case .asGroup: "A group to act as; may be repeated"
    case .asUID: "The UID to act as"
    case .asUserExtra: "An attribute of the user to act as; may be repeated"
    case .warningsAsErrors: "End with 1 when the server sent a warning"
    case .verbosity: "6 and more: log every request with its status and duration, never its content"
    case .logFlushFrequency, .verbosityByFile:
      "Accepted for compatibility with kubectl; it has no effect"
    case .username: "The user name for basic authentication; with login, who logs in"
    case .password: "The password for basic authentication; others on this computer can read it"
    case .namespace: "The namespace of the context; extensions themselves are in none"
    case .disableCompression: "Ask for no compressed answers"
    case .cacheDirectory: "The cache directory; otherwise $XDG_CACHE_HOME/ksx"
    case .profile:
      "The profile of config.yaml to use; kubectl's --profile, for Go programs, means nothing here"
    case .memberCluster: "The member cluster to go to through the profile's gateway"
    case .gateway: "The address of the gateway: https://HOST"
    case .passwordStdin: "Read the password from the standard input"
    case .requestTimeout:
      "How long a request may go without an answer, such as 30s; 0 waits for ever"
    case .standalone:
      "Use a private backend with a built-in marketplace, started if it is not running"
    case .dialect: "What the cluster calls an installation; without it the cluster is asked"
    case .readOnly: "Refuse every change before it is sent"
    case .slow:
      "Send a slow line less: no ages that tick, and the name alone shows what is selected"
    case .plain: "Speak line by line, for screen readers and terminals that cannot place the cursor"
    case .help: "Explain the command"
    case .output:
      "How to print: table, wide, name, json, yaml, jsonpath=TEMPLATE or custom-columns=HEADING:JSONPATH,…"
    case .selector: "Only what has these labels, as kubectl writes them: a=b,c!=d,e in (f,g),!h"
    case .fieldSelector: "Only what has these fields: metadata.name=a"
    case .sortBy: "What to sort by, such as .metadata.creationTimestamp"
    case .noHeaders: "Print no headings"
    case .watch: "Go on, and print what changes"
    case .follow: "Go on, until nothing is under way"
    case .previous: "That of the try before"
    case .version: "The version wanted"
    case .config:
      "The file with the config; - is the standard input; with rollback the digest of an earlier one"
    case .string: "Every VALUE is a text, also one that looks like a number"
    case .yaml: "Every VALUE is written in YAML"
    case .empty: "Take away everything that is set: the chart's defaults apply"
    case .yes: "Do not ask before changing the cluster"
    case .clusters: "The member clusters, and no others"
    case .targetNamespace: "The namespace the extension goes to, for good"
    case .except: "The extensions that stay as they are"
    case .force: "Remove what an ordinary uninstall could not, without its hooks"
    case .climb:
      "With --now, take it out of service without the controllers, up to state, objects, workloads or webhooks"
    case .now: "Do it with one request, without a plan and without asking"
    case .dryRun:
      "Show the plan and change nothing; server also asks the server whether it would agree"
    case .wait: "Wait until the change is complete"
    case .timeout: "How long to wait, such as 5m"
    case .awaited: "What is waited for"
    case .filter:
      "Only what the filter takes, such as 'installed update !security'; ksx help list explains it"
    case .keepGoing:
      "Go on with the rest after a failure, and with what can be done where some of it cannot"
    case .address: "The address of the repository, or the image that holds it"
    case .description: "What the repository is for"
    case .interval: "How often the repository is read again, such as 30m"
    case .depth: "How many versions of each extension are taken; 0 takes all"
    case .authority: "The certificates that vouch for the repository"
    case .insecureRepository: "Do not verify the repository's certificate"
    case .repositoryUser:
      "The user name at the repository; its password comes with --password-stdin"
    case .filename: "The file with the set of extensions; - is the standard input"
    case .prune: "Also uninstall and remove what the file does not name"
    case .writeFiles:
      "Where to write the files that kubectl lines read, for their owner alone; the lines run there"
    case .confirm:
      "The name that a guardrail has typed: the extension's, or of several the cluster's"
    case .images: "Print the images alone, one a line"
    case .reason:
      "Why, for those who come after: it is noted with the change, here and in the cluster"
    }
  }
}
