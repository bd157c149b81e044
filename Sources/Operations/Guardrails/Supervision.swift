import Client
package import HTTP
package import Platform

/// What every write to one cluster is checked against, and the journal that records it.
package struct Supervision: Sendable {
  package var guardrails: Guardrails
  package var scope: Guardrails.Scope
  /// `nil` for no journal.
  package var journal: Journal?
  /// The user of this computer.
  package var person = ""
  /// The user that the cluster authenticated.
  package var user: @Sendable () -> String = { "" }
  package var now: @Sendable () -> Timestamp = { Timestamp.now() }
  /// Called if the journal could not be written, which does not stop the change.
  package var whenNotRecorded: @Sendable (SystemError) -> Void = { _ in }

  package init(_ guardrails: Guardrails, scope: Guardrails.Scope, journal: Journal? = nil) {
    (self.guardrails, self.scope, self.journal) = (guardrails, scope, journal)
  }

  /// Why `action` is refused, or `nil`.
  package func refusal(of action: IntendedAction) -> Sentence? { guardrails.refusal(of: action, at: scope, now: now()) }

  /// Whether `action` still needs a typed confirmation.
  package func mustBeTyped(_ action: IntendedAction) -> Bool {
    !action.isConfirmedByTyping && guardrails.mustBeTyped(action.verbs, at: scope)
  }

  /// Why this write is refused, or `nil`: the last check before every write of console and commands.
  fileprivate func refusal(of action: IntendedAction, writing target: String) -> Sentence? {
    if let refusal = refusal(of: action) { return refusal }
    if mustBeTyped(action) {
      return
        "\(action.verbs.first ?? "this") must be confirmed by typing in \(scope.context): --confirm says it for a script"
    }
    if let maximum = guardrails.maximum(at: scope), action.count(target) > maximum.count {
      return "at most \(maximum.count) objects may be changed at once in \(scope.context) (\(maximum.file))"
    }
    return nil
  }

  fileprivate func note(_ event: JournalEntry.Event, _ request: HTTPRequest, _ action: IntendedAction) {
    guard let journal else { return }
    let entry = JournalEntry(
      time: now().description, person: person, user: user(), cluster: scope.context, server: scope.server,
      verb: action.verbs.first ?? "", names: action.names, reason: action.reason, method: request.method.rawValue,
      target: Redaction.target(request.target.pathAlone), event: event)
    do throws(SystemError) {
      try journal.append(entry)
    } catch {
      whenNotRecorded(error)
    }
  }
}

/// A transport that refuses writes that a guardrail forbids, and records every write in the journal.
package struct SupervisedTransport: Transport {
  private let base: any Transport
  private let supervision: Supervision

  package init(_ base: any Transport, _ supervision: Supervision) {
    (self.base, self.supervision) = (base, supervision)
  }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard request.changesSomething else { return try await base.send(request) }
    let action = IntendedAction.current ?? IntendedAction([])
    if let refusal = supervision.refusal(of: action, writing: request.target.pathAlone) {
      supervision.note(.refused(refusal.english), request, action)
      throw .invalid(reason: "a guardrail of this computer says no: \(refusal)")
    }
    supervision.note(.sending, request, action)
    do throws(TransportError) {
      let response = try await base.send(request)
      supervision.note(.answered(response.status), request, action)
      return response
    } catch {
      supervision.note(.unanswered(ClusterError.transport(error).brief), request, action)
      throw error
    }
  }
}

extension HTTPRequest {
  /// Whether it may change the cluster: reads, dry runs and access reviews do not.
  fileprivate var changesSomething: Bool {
    if [.get, .head, .options].contains(method) || target.containsText("dryRun=All") { return false }
    return !["/apis/authorization.k8s.io/", "/apis/authentication.k8s.io/"].contains { target.hasPrefix($0) }
  }
}

extension String {
  /// The path of a request target, without its query.
  fileprivate var pathAlone: String { String(prefix { $0 != "?" }) }
}
