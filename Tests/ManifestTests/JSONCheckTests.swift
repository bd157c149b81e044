import Manifest
import Testing

@Suite struct JSONCheckTests {
  @Test(arguments: [
    (#"{"a":[1,-2.5,true,false,null,"x\n\u000b"],"b":{}}"#, true), (" [ ] ", true), ("0", true), ("", false),
    ("{", false),
    (#"{"a"}"#, false), (#"{"a":1,}"#, false), ("[1 2]", false), ("01", false), ("1.", false), ("nul", false),
    ("\"\u{1}\"", false), (#""\x""#, false), ("1 1", false), (#"{"a"!1}"#, false), (#"{1:2}"#, false),
  ])
  func whatIsJSONIsKnown(text: String, isValid: Bool) {
    #expect(JSONCheck.isValid(Array(text.utf8)) == isValid)
  }

  @Test(arguments: UInt64(1)...50)
  func whatIsCalledValidCanBeRead(seed: UInt64) throws {
    var maker = ValueMaker(seed: seed)
    for _ in 0..<40 {
      var bytes = JSON.bytes(maker.value(depth: 4))
      maker.damage(&bytes)
      guard String(validating: bytes, as: UTF8.self) != nil, JSONCheck.isValid(bytes) else { continue }
      #expect(throws: Never.self) { try JSON.parse(bytes) }
    }
  }

  @Test func noDepthExhaustsTheStack() {
    let deep = Array(String(repeating: "[", count: 100_000).utf8)

    #expect(!JSONCheck.isValid(deep))
  }
}
