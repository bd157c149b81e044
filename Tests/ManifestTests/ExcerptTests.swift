import Platform
import Testing

@Suite struct ExcerptTests {
  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("中文 é 😀", "中文 é 😀"), ("a\u{1B}[31mb\u{7}\n\tc", "a[31mb c"),
    ("x\u{202E}y\u{2028}z", "xy z"),
    ("12345678901", "1234567890…"),
  ])
  func whatOrdersATerminalAboutIsLeftOut(text: String, harmless: String) {
    #expect(Excerpt.shortened(text, to: 10) == harmless)
  }
}
