/// A request with everything libcurl is to be told about it.
struct CurlCall: Sendable {
  var request: HTTPRequest
  var connection: Connection
  var address: ServerAddress
  var credential: Credential
}
