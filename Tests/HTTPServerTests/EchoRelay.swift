import HTTP
import HTTPServer
import NIOCore
import NIOHTTP1

/// Answers with the request's body as it comes, or, when the client sends no body, with 101 and whatever comes then.
struct EchoRelay: ChannelRelay {
  func reportingStatus(to tell: @escaping @Sendable (Int) -> Void) -> any Relay { self }

  func begin(_ exchange: RelayedExchange) -> any RelayEnd { EchoEnd(exchange) }
}

private final class EchoEnd: RelayEnd {
  private let exchange: RelayedExchange
  private var isBegun = false
  private var isTunnel = false

  init(_ exchange: RelayedExchange) {
    self.exchange = exchange
  }

  var isFull: Bool { !exchange.isWritable }

  func receive(_ bytes: ByteBuffer) {
    if !isBegun { exchange.send(ResponseHead(.ok)) }
    isBegun = true
    exchange.send(bytes)
  }

  func receiveEnd(_ trailers: HTTP.HTTPHeaders?) {
    guard !isBegun else { return exchange.finish(trailers ?? ["X-Trailer": "last"]) }
    isBegun = true
    exchange.tunnel(ResponseHead(.switchingProtocols, ["upgrade": "echo"]))
  }

  func flush() { exchange.flush() }
  func clientIsWritable() { exchange.readOn() }
  func clientIsGone() {}
}
