import Testing

@testable import Terminal

@Suite struct PlainTextTests {
  @Test(arguments: [
    (["LC_ALL": "C"], true), (["LC_ALL": "POSIX", "LANG": "C.UTF-8"], true), (["LC_CTYPE": "C"], true),
    (["LANG": "zh_CN.GBK"], true), (["LANG": "de_DE.ISO-8859-1@euro"], true), (["LANG": "C"], false), ([:], false),
    (["LC_ALL": "", "LANG": "en_US.UTF-8"], false), (["LC_ALL": "C.utf8", "LANG": "C"], false),
    (["LANG": "de_DE"], false),
  ])
  func theLocaleSaysWhetherTheTerminalTakesUTF8(environment: [String: String], isPlain: Bool) {
    #expect(PlainText.isWanted { environment[$0] } == isPlain)
  }

  @Test func everyColumnHasItsStandIn() {
    var surface = Surface(size: Size(rows: 4, columns: 20))
    surface.frame(surface.bounds, title: "日志 é …")
    let texts = (0..<4).map { row in
      CellPainter.plain(surface.row(row))
    }

    #expect(texts[0] == "+- ???? ? ~ -------+")
    #expect(texts[1] == "|                  |")
  }
}
