import HTTP
import NIOCore
import NIOHPACK
import TestSupport
import Testing

@testable import HTTPServer

/// Header fields as streams of HTTP/2 have them.
@Suite struct StreamFieldsTests {
  private func encoded(_ headers: HTTP.HTTPHeaders) throws -> Int {
    var block: HPACKHeaders = [":path": "/", ":authority": "x"]
    let isAdded = block.add(headers)
    #expect(isAdded)
    var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
    var buffer = ByteBuffer()
    try encoder.encode(headers: block, to: &buffer)
    return buffer.readableBytes
  }

  // Letters pack well, and what hardly any text has packs worst.
  @Test(arguments: ["a", "Z", "{", "\\", "\u{E9}"]) func whatIsSaidToFitAFrameFits(piece: String) throws {
    for count in stride(from: 500, through: 24_000, by: 500) {
      let headers: HTTP.HTTPHeaders = ["x-a": String(repeating: piece, count: count), "x_b": "1"]
      guard headers.fitsFrame() else { continue }
      let length = try encoded(headers)
      #expect(length <= 16_384)
    }
  }

  @Test(arguments: ["a", "|", "~", "^", "`", "#", "$"]) func aNameThatIsSaidToFitAFrameFits(piece: String) throws {
    for count in stride(from: 500, through: 24_000, by: 500) {
      let headers: HTTP.HTTPHeaders = [String(repeating: piece, count: count): "1"]
      guard headers.fitsFrame() else { continue }
      let length = try encoded(headers)
      #expect(length <= 16_384)
    }
  }

  @Test func whatOrdinaryClientsSendFits() {
    let ordinary: HTTP.HTTPHeaders = ["Cookie": String(repeating: "session=0123456789abcdef; ", count: 500)]
    let long: HTTP.HTTPHeaders = ["X-Long": String(repeating: "a", count: 20_000)]

    #expect(ordinary.fitsFrame())
    #expect(!long.fitsFrame())
  }

  @Test func manyShortFieldsAreCountedToo() throws {
    var headers = HTTP.HTTPHeaders()
    for number in 0..<2_000 { headers.add("x-\(number)", "1") }

    #expect(!headers.fitsFrame())
  }
}
