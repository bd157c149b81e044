import Platform
import Testing

@Suite struct HarmlessTests {
  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("中文 é 😀", "中文 é 😀"), ("a\u{1B}[31mb\u{7}\n\tc", "a[31mbc"),
    ("x\u{202E}y\u{2028}z", "xyz"),
    ("12345678901", "1234567890…"),
  ])
  func whatOrdersATerminalAboutIsLeftOut(text: String, harmless: String) {
    #expect(Harmless.text(text, limit: 10) == harmless)
  }
}
