import Client
import Extensions
import KubernetesAPI
import Platform

extension Message: Mail {
  /// News of the cluster is the news of an object; what became of a user's own request always arrives.
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
    case .applied, .dryRunEnded, .judged, .confirmed, .compared, .documented, .recalled, .sent, .places, .moved: nil
    case .triedAgain, .evidence, .wroteFile, .reviewed, .restarts, .edited: nil
    }
  }
}

extension WatchEvent {
  /// The list as a whole makes news of its objects old; how the watch itself stands is a topic of its own.
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
  /// A list of so many objects that reading it leaves much memory that holds nothing.
  var isLongList: Bool {
    switch self {
    case .extensions(.replaced(let all)): all.count > 1000
    default: false
    }
  }
}
