import Glibc
package import HTTP
import Manifest
import Platform

/// A program that supplies credentials (client-go credential plugins, v1 and v1beta1).
///
/// A credential is cached until it expires or the server refuses it. Plugins are run one at a time,
/// because they may prompt on the terminal.
package actor ExecPlugin: CredentialSource {
  private let settings: ExecSettings
  private let environment: Environment
  private let terminal: SharedTerminal?
  private let now: @Sendable () -> Int
  private var cached: ExecAnswer?
  /// The last failure of the plugin while it used a console's screen, and its time.
  private var failure: (error: TransportError, at: Int)?
  /// Seconds before a plugin that failed may interrupt the screen again.
  private static let retryDelay = 60

  private static let gate = TaskLock()

  init(
    _ settings: ExecSettings, environment: Environment, terminal: SharedTerminal?,
    now: @escaping @Sendable () -> Int = { time(nil) }
  ) {
    self.settings = settings
    self.environment = environment
    self.terminal = terminal
    self.now = now
  }

  package func credential(insteadOf rejected: Credential?) async throws(TransportError) -> Credential {
    if let credential = cachedCredential(insteadOf: rejected) { return credential }
    guard await Self.gate.enter() else { throw .cancelled }
    do throws(TransportError) {
      // While this call waited for the gate, another may have fetched a credential.
      let credential =
        if let credential = cachedCredential(insteadOf: rejected) { credential } else { try await run() }
      await Self.gate.leave()
      return credential
    } catch {
      await Self.gate.leave()
      throw error
    }
  }

  private func cachedCredential(insteadOf rejected: Credential?) -> Credential? {
    guard let cached, cached.credential != rejected else { return nil }
    if let expiry = cached.expiry, expiry <= now() { return nil }
    return cached.credential
  }

  private func run() async throws(TransportError) -> Credential {
    guard let terminal, settings.mode != .never else {
      if settings.mode != .always { return try credential(from: await runProcess(isInteractive: false)) }
      throw .invalid(reason: "the credential plugin \(settings.command) needs a terminal to ask on")
    }
    guard terminal.isHeld else { return try credential(from: await runProcess(isInteractive: true)) }
    return try await runOnScreen()
  }

  /// Runs the plugin while a console uses the terminal.
  ///
  /// With mode `IfAvailable` it runs without the terminal first, and with it only if that fails.
  private func runOnScreen() async throws(TransportError) -> Credential {
    if let failure, now() - failure.at < Self.retryDelay { throw failure.error }
    if settings.mode == .ifAvailable {
      let outcome = try await runProcess(isInteractive: false)
      if outcome.hasSucceeded || outcome.end == .cancelled { return try credential(from: outcome) }
    }
    do throws(TransportError) {
      let credential = try credential(from: await runProcess(isInteractive: true))
      failure = nil
      return credential
    } catch {
      if case .invalid(let reason) = error {
        failure = (.invalid(reason: "\(reason); it is not run again for \(Self.retryDelay) s"), now())
      }
      throw error
    }
  }

  private func runProcess(isInteractive: Bool) async throws(TransportError) -> ChildProcess.Outcome {
    do throws(SystemError) {
      return try await outcome(of: process(isInteractive: isInteractive))
    } catch {
      let hint = error.isMissing ? settings.installHint.map { ". " + Excerpt.shortened($0, to: 500) } ?? "" : ""
      throw .invalid(reason: "the credential plugin cannot be run: \(error)\(hint)")
    }
  }

  private func credential(from outcome: ChildProcess.Outcome) throws(TransportError) -> Credential {
    guard outcome.end != .cancelled else { throw .cancelled }
    guard outcome.hasSucceeded else { throw .invalid(reason: failureText(of: outcome)) }
    let answer = try ExecAnswer(outcome.output, settings)
    cached = answer
    return answer.credential
  }

  private func process(isInteractive: Bool) -> ChildProcess {
    var environment = environment
    for variable in settings.variables { environment[variable.name] = variable.value }
    var spec: Mapping = ["interactive": .bool(isInteractive)]
    if let cluster = settings.cluster { spec["cluster"] = cluster }
    environment["KUBERNETES_EXEC_INFO"] = JSON.text([
      "apiVersion": .string(settings.apiVersion), "kind": "ExecCredential", "spec": .mapping(spec),
    ])
    var process = ChildProcess([settings.command] + settings.arguments, environment: environment)
    process.hasTerminal = isInteractive
    // Without a terminal, a plugin that prompts would wait for ever.
    if !isInteractive { process.timeout = .seconds(60) }
    return process
  }

  private func outcome(of process: ChildProcess) async throws(SystemError) -> ChildProcess.Outcome {
    guard process.hasTerminal, let terminal else { return try await process.run() }
    let result = Locked<Result<ChildProcess.Outcome, SystemError>?>(nil)
    await terminal.lend {
      do throws(SystemError) {
        let outcome = try await process.run()
        result.withLock { $0 = .success(outcome) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
    }
    guard let result = result.withLock({ $0 }) else {
      throw SystemError("running \(settings.command)", problem: "the terminal was not lent")
    }
    return try result.get()
  }

  private func failureText(of outcome: ChildProcess.Outcome) -> Sentence {
    let end: Sentence =
      switch outcome.end {
      case .exited(let code): "ended with \(code)"
      case .killed(let signal): "was ended by signal \(signal)"
      case .timedOut: "did not end within 60 s"
      case .cancelled: "was stopped"
      }
    let errorText = Excerpt.shortened(outcome.errorText, to: 500)
    let plugin: Sentence = "the credential plugin \(settings.command) \(end)"
    return errorText.isEmpty ? plugin : "\(plugin): \(errorText)"
  }
}

/// An ExecCredential, as a plugin printed it.
///
/// Error messages never quote it, because all of it is secret.
struct ExecAnswer {
  var credential: Credential
  /// Seconds since 1970.
  var expiry: Int?

  init(_ output: [UInt8], _ settings: ExecSettings) throws(TransportError) {
    // client-go accepts YAML too, and skips a byte order mark.
    let answer = (try? JSON.parse(output)) ?? (try? YAML.parse(String(decoding: output, as: UTF8.self)))
    // kubectl 1.32 fills in a missing kind.
    guard let value = answer, value.mapping != nil, ["ExecCredential", nil].contains(value["kind"]?.string) else {
      throw .invalid(
        reason: "the credential plugin \(settings.command) printed something that is not an ExecCredential")
    }
    guard value["apiVersion"]?.string == settings.apiVersion else {
      throw .invalid(
        reason: "the credential plugin \(settings.command) answered in another version than \(settings.apiVersion)")
    }
    credential = try Self.credential(value["status"], settings)
    expiry = try Self.expiry(value["status"]?["expirationTimestamp"], settings)
  }

  private static func expiry(_ value: Value?, _ settings: ExecSettings) throws(TransportError) -> Int? {
    guard let value, value != .null else { return nil }
    if let seconds = value.string.flatMap(Timestamp.seconds) { return seconds }
    throw .invalid(
      reason: "the credential plugin \(settings.command) gave an expirationTimestamp that is no time")
  }

  private static func credential(_ status: Value?, _ settings: ExecSettings) throws(TransportError) -> Credential {
    var credential = Credential()
    if let token = status?["token"]?.string?.trimmed(), !token.isEmpty {
      try InvalidHeaderCharacter.check(token, "the token that the credential plugin \(settings.command) printed")
      credential = .bearer(token)
    }
    credential.clientCertificate = status?["clientCertificateData"]?.string.map { Array($0.utf8) }
    credential.clientKey = status?["clientKeyData"]?.string.map { Array($0.utf8) }
    guard !credential.headers.fields.isEmpty || credential.clientCertificate != nil else {
      throw .invalid(reason: "the credential plugin \(settings.command) gave neither a token nor a certificate")
    }
    guard (credential.clientCertificate == nil) == (credential.clientKey == nil) else {
      throw .invalid(
        reason: "the credential plugin \(settings.command) gave a certificate without its key, or the reverse")
    }
    if let key = credential.clientKey, PEM(key).hasEncryptedKey {
      throw .invalid(
        reason:
          "the client key that the credential plugin \(settings.command) printed is encrypted, and ksx asks for no passphrase"
      )
    }
    return credential
  }
}

/// A lock for tasks, granted in the order of the calls to `enter`.
actor TaskLock {
  private var isFree = true
  private var waiters: [(id: Int, waiter: CheckedContinuation<Bool, Never>)] = []
  private var lastID = 0

  /// Takes the lock; false if the task was cancelled while it waited, and then `leave` must not be called.
  func enter() async -> Bool {
    if isFree {
      isFree = false
      return true
    }
    lastID += 1
    let id = lastID
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        if Task.isCancelled { waiter.resume(returning: false) } else { waiters.append((id, waiter)) }
      }
    } onCancel: {
      Task { await self.giveUp(id) }
    }
  }

  func leave() {
    guard !waiters.isEmpty else {
      isFree = true
      return
    }
    waiters.removeFirst().waiter.resume(returning: true)
  }

  private func giveUp(_ id: Int) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: index).waiter.resume(returning: false)
  }
}
