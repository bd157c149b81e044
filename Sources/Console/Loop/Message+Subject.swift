import Client
import Extensions
import KubernetesAPI
import Platform

extension Message: Mail {
  /// Messages about objects can be replaced; results of the user's own requests always arrive.
  package var subject: MailSubject? {
    switch self {
    case .categories(let event): event.subject("categories")
    case .extensions(let event): event.subject("extensions")
    case .installations(let event): event.subject("installations")
    case .versions(let name, let event): event.subject("versions of " + name)
    case .connected, .unconnected: MailSubject("connection")
    case .status: MailSubject("status")
    case .warned(let text): MailSubject("warning", text)
    case .failed(let text): MailSubject("failure", text.english)
    case .draftKept(let name): MailSubject("draft", name)
    case .facts: MailSubject("facts")
    case .settings: MailSubject("settings")
    case .restarted: MailSubject("restart")
    case .catalogue: MailSubject("catalogue")
    case .detailed(let name, _): MailSubject("details", name)
    case .read(let reading, _): MailSubject("reading", "\(reading.topic)")
    case .opened, .drawing, .key, .resized, .time: nil
    case .applied, .dryRunEnded, .judged, .confirmed, .compared, .documented, .recalled, .sent: nil
    case .clusterChoices, .moved, .triedAgain, .evidence, .wroteFile, .reviewed, .restarts, .edited: nil
    }
  }
}

extension WatchEvent {
  /// A list replaces messages about its objects; the state of the watch is a separate topic.
  fileprivate func subject(_ topic: String) -> MailSubject? {
    switch self {
    case .replaced: MailSubject(topic)
    case .applied(let element): MailSubject(topic, element.name)
    case .deleted(let element): MailSubject(topic, element.name)
    case .resumed, .interrupted: MailSubject("the watch of " + topic)
    }
  }
}

extension Message {
  /// Whether it is a list from which all rows of the marketplace are made anew.
  var isList: Bool {
    switch self {
    case .extensions(.replaced), .installations(.replaced), .categories(.replaced): true
    default: false
    }
  }
}
