import Client
package import HTTP
package import Platform

/// What is asked before every write to one cluster, and where each is written down.
package struct Supervision: Sendable {
  package var guardrails: Guardrails
  package var place: Guardrails.Place
  /// `nil` keeps none.
  package var journal: Journal?
  /// Who sits at this computer, and who the cluster takes them for.
  package var person = ""
  package var user: @Sendable () -> String = { "" }
  package var now: @Sendable () -> Timestamp = { Timestamp.now() }
  /// Told when the journal could not be written, which stops no change.
  package var whenForgotten: @Sendable (SystemError) -> Void = { _ in }

  package init(_ guardrails: Guardrails, place: Guardrails.Place, journal: Journal? = nil) {
    (self.guardrails, self.place, self.journal) = (guardrails, place, journal)
  }

  /// Why `deed` must not be done, or `nil`.
  package func refusal(of deed: Deed) -> Sentence? { guardrails.refusal(of: deed, at: place, now: now()) }

  /// Whether the confirmation of `deed` is yet to be typed out.
  package func mustBeTyped(_ deed: Deed) -> Bool {
    !deed.isTyped && guardrails.mustBeTyped(deed.verbs, at: place)
  }

  /// Why this write must not be sent, or `nil`: the last question before every write of console and commands.
  fileprivate func refusal(of deed: Deed, writing target: String) -> Sentence? {
    if let refusal = refusal(of: deed) { return refusal }
    if mustBeTyped(deed) {
      return
        "\(deed.verbs.first ?? "this") must be confirmed by typing in \(place.context): --confirm says it for a script"
    }
    if let most = guardrails.most(at: place), deed.count(target) > most.count {
      return "at most \(most.count) objects may be changed at once in \(place.context) (\(most.file))"
    }
    return nil
  }

  fileprivate func note(_ event: JournalEntry.Event, _ request: HTTPRequest, _ deed: Deed) {
    guard let journal else { return }
    let entry = JournalEntry(
      time: now().description, person: person, user: user(), cluster: place.context, server: place.server,
      verb: deed.verbs.first ?? "", names: deed.names, reason: deed.reason, method: request.method.rawValue,
      target: Redaction.target(request.target.pathAlone), event: event)
    do throws(SystemError) {
      try journal.append(entry)
    } catch {
      whenForgotten(error)
    }
  }
}

/// A transport through which no write goes that a guardrail refuses, and none that the journal does not tell of.
package struct SupervisedTransport: Transport {
  private let base: any Transport
  private let supervision: Supervision

  package init(_ base: any Transport, _ supervision: Supervision) {
    (self.base, self.supervision) = (base, supervision)
  }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard request.changesSomething else { return try await base.send(request) }
    let deed = Deed.current ?? Deed([])
    if let refusal = supervision.refusal(of: deed, writing: request.target.pathAlone) {
      supervision.note(.refused(refusal.english), request, deed)
      throw .invalid(reason: "a guardrail of this computer says no: \(refusal)")
    }
    supervision.note(.sending, request, deed)
    do throws(TransportError) {
      let response = try await base.send(request)
      supervision.note(.answered(response.status), request, deed)
      return response
    } catch {
      supervision.note(.unanswered(ClusterError.transport(error).brief), request, deed)
      throw error
    }
  }
}

extension HTTPRequest {
  /// Whether it may change the cluster: no read, no dry run, no question in the form of a write.
  fileprivate var changesSomething: Bool {
    if [.get, .head, .options].contains(method) || target.containsText("dryRun=All") { return false }
    return !["/apis/authorization.k8s.io/", "/apis/authentication.k8s.io/"].contains { target.hasPrefix($0) }
  }
}

extension String {
  /// A target without its query.
  fileprivate var pathAlone: String { String(prefix { $0 != "?" }) }
}
