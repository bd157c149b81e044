import Platform
import Testing

/// Codes of messages, by the vectors of RFC 4231.
@Suite struct HMACTests {
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func theCodeIsThatOfTheStandard(key: [UInt8], message: String, code: String) {
    let bytes = HMAC.sha256(Array(message.utf8), key: key)

    #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == code)
    #expect(HMAC.isEqual(bytes, bytes) && !HMAC.isEqual(bytes, Array(bytes.dropLast())))
  }

  @Test(arguments: [[], [0xfb], [0xff, 0xef], [1, 2, 3], Array(0...255)] as [[UInt8]])
  func bytesComeBackFromBase64ForAddresses(bytes: [UInt8]) {
    let text = Base64.encodeForURL(bytes)

    #expect(!text.contains { "+/=".contains($0) })
    #expect(Base64.decodeForURL(text[...]) == bytes)
  }

  @Test(arguments: ["a", "ab+/", "ab==", "a b", "ä"])
  func whatIsNoBase64ForAddressesIsNotRead(text: String) { #expect(Base64.decodeForURL(text[...]) == nil) }
}
