import HTTP

/// Nothing that describes or dumps a credential shows it.
extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    let names = headers.fields.map(\.name) + (clientCertificate == nil ? [] : ["a client certificate"])
    return names.isEmpty ? "no credential" : "a credential (\(names.joined(separator: ", ")))"
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
