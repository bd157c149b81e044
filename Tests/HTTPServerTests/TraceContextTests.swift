import HTTP
import Testing

/// The `traceparent` header of W3C Trace Context.
@Suite struct TraceContextTests {
  private static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test func aFieldIsReadAndWritten() throws {
    let context = try #require(TraceContext(Self.traceparent))

    #expect(context.traceparent == Self.traceparent)
    #expect(context.traceID == "0af7651916cd43dd8448eb211c80319c")
    let child = context.child(seed: 7)
    #expect(
      child.traceID == context.traceID && child.traceparent != context.traceparent
        && TraceContext(child.traceparent) == child)
    #expect(
      TraceContext("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more")?.traceparent.hasSuffix("-00") == true
    )
  }

  @Test(arguments: [
    "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
    "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  ])
  func anInvalidHeaderIsIgnored(traceparent: String) {
    #expect(TraceContext(traceparent) == nil)
  }

  @Test func eachSeedMakesAnother() {
    let made = (0..<1_000).map { TraceContext(seed: UInt64($0)).traceparent }

    #expect(Set(made).count == 1_000 && made.allSatisfy { TraceContext($0) != nil })
  }
}
