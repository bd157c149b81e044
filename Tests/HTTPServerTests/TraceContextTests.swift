import HTTP
import Testing

/// What ties requests together, as W3C Trace Context writes it.
@Suite struct TraceContextTests {
  private static let field = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test func aFieldIsReadAndWritten() throws {
    let context = try #require(TraceContext(Self.field))

    #expect(context.field == Self.field)
    #expect(context.id == "0af7651916cd43dd8448eb211c80319c")
    let next = context.next(seed: 7)
    #expect(next.id == context.id && next.field != context.field && TraceContext(next.field) == next)
    #expect(
      TraceContext("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more")?.field.hasSuffix("-00") == true)
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
  func whatIsNoneIsPassedOver(field: String) {
    #expect(TraceContext(field) == nil)
  }

  @Test func eachSeedMakesAnother() {
    let made = (0..<1_000).map { TraceContext(seed: UInt64($0)).field }

    #expect(Set(made).count == 1_000 && made.allSatisfy { TraceContext($0) != nil })
  }
}
