import Testing

@testable import Manifest

/// What helm 3.17.3 makes of `--set a=…`, as `helm template` showed it on these words.
@Suite struct HelmValueTests {
  @Test(
    arguments: [
      ("3", 3), ("03", "03"), ("0", 0), ("-5", -5), ("+5", 5), ("1.5", "1.5"), ("1.10", "1.10"), ("1e3", "1e3"),
      ("true", true), ("TRUE", true), ("False", false), ("null", .null), ("NULL", .null), ("yes", "yes"), ("on", "on"),
      ("", ""), (" 3", " 3"), ("{a,b}", ["a", "b"]), ("{1,true,x}", [1, true, "x"]), ("{a\\,b,c}", ["a,b", "c"]),
      ("{ a , b }", [" a ", " b "]), ("[1]", "[1]"), ("\"x\"", "\"x\""), ("a=b", "a=b"),
      ("9223372036854775808", "9223372036854775808"), ("a}", "a}"), ("0x10", "0x10"), ("00", "00"), ("-0", 0),
      ("~", "~"),
      ("{1.5,01}", ["1.5", "01"]), ("a: b", "a: b"), ("{a=b}", ["a=b"]), ("#x", "#x"), ("1_000", "1_000"),
    ] as [(String, Value)])
  func helmReadsTheSame(text: String, value: Value) {
    #expect(HelmValue.value(text) == value)
  }

  @Test func oneWordHoldsOneValue() {
    #expect(HelmValue.value("C:\\a,b") == "C:\\a,b")
    #expect(HelmValue.value("{}") == [])
  }
}
