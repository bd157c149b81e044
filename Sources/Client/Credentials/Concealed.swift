// Types that hold secrets: their descriptions and mirrors do not show them.

extension Connection: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { displayName }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Connection.TLS: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { isVerified ? "TLS" : "TLS without a check" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension KubeconfigOptions: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "options for \(context ?? kubeconfig ?? "the current context")" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Kubeconfig: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "a kubeconfig of " + files.joined(separator: ":") }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Kubeconfig.Entry: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { name }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}

extension ExecSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "the credential plugin \(command)" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}

extension TokenFile: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "a token in a file" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
