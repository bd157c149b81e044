import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The events about an extension and in its namespace, newest first.
struct EventsPage: PageText {
  let name: String

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    state.reading(.events(of: name), stamp: state.stamp(of: name))
  }

  func lines(columns: Int, _ state: ConsoleState) -> [Line] {
    let topic = ReadRequest.Topic.events(of: name)
    guard case .events(let events)? = state.readings[topic]?.facts, !events.isEmpty else {
      return state.emptyLine(
        topic, reading: state.words("Reading the events …"),
        otherwise: state.words(
          "No events: clusters keep them for an hour, and KubeSphere writes none about extensions.")
      ).wrapped(to: columns)
    }
    return state.staleLines(topic).flatMap { $0.wrapped(to: columns, indent: 2) }
      + events.flatMap { Self.lines($0, columns, state) }
  }

  /// An event with its age.
  static func lines(_ event: EventLine, _ columns: Int, _ state: ConsoleState) -> [Line] {
    let times = event.count > 1 ? state.words(" ({0} times)", "\(event.count)") : ""
    let line =
      Line(state.age(of: event.time).padded(to: 8), .dim)
      + Line(event.reason + "  ", event.isWarning ? .stateBusy : .text) + Line(event.about + "  ", .dim)
      + Line(event.message + times)
    return line.wrapped(to: columns, indent: 8)
  }
}
