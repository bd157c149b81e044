/// Nothing that describes or dumps a credential shows it.
extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String {
    let names = headers.fields.map(\.name) + (clientCertificate == nil ? [] : ["a client certificate"])
    return names.isEmpty ? "no credential" : "a credential (\(names.joined(separator: ", ")))"
  }

  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
