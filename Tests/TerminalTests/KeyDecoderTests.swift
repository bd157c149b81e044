import Testing

@testable import Terminal

@Suite struct KeyDecoderTests {
  /// A reply with the terminal's colours comes in pieces over a slow line.
  @Test func theRestOfAReplyIsWaitedForLongerThanThatOfAKey() {
    var (reply, key) = (KeyDecoder(), KeyDecoder())
    for byte in bytes("\u{1B}]11;rgb:1e") { _ = reply.decode(byte) }
    for byte in bytes("\u{1B}[1;") { _ = key.decode(byte) }

    #expect(reply.silenceTimeout.map { $0 > .seconds(1) } == true)
    #expect(key.silenceTimeout.map { $0 < .seconds(1) } == true)
  }

  private var decoder = KeyDecoder()

  private mutating func keys(_ inputs: [KeyDecoder.Input]) -> [Key] {
    inputs.flatMap { decoder.decode($0) }
  }

  private func bytes(_ text: String) -> [KeyDecoder.Input] {
    text.utf8.map { .byte($0) }
  }

  @Test mutating func charactersOfAnyLengthAreOneKey() {
    #expect(keys(bytes("aé可🚀")) == [.character("a"), .character("é"), .character("可"), .character("🚀")])
  }

  @Test mutating func aLineEndOfTwoCharactersIsOneKeyWhereTheyComeTogether() {
    #expect(keys(bytes("a\r\nb\n\nc")) == [.character("a"), .enter, .character("b"), .enter, .enter, .character("c")])
    #expect(keys([.byte(13), .nothing, .byte(10)]) == [.enter, .enter])
  }

  @Test mutating func aCharacterMayArriveInTwoParts() {
    let parts = bytes("可")

    #expect(keys([parts[0], .nothing]) == [])
    #expect(keys([parts[1], .nothing, parts[2]]) == [.character("可")])
  }

  @Test(arguments: [[0x80], [0xFF], [0xC0], [0xE5, 0x41, 0x41]] as [[UInt8]])
  mutating func whatIsNoUTF8DoesNoHarm(input: [UInt8]) {
    _ = keys(input.map { .byte($0) })

    #expect(keys(bytes("x")).last == .character("x"))
  }

  @Test mutating func escapeIsAKeyWhenNothingFollows() {
    #expect(keys([.byte(0x1B), .nothing]) == [.escape])
    #expect(keys([.byte(0x1B), .byte(0x1B), .nothing]) == [.escape, .escape])
    #expect(keys([.byte(0x1B), .key(.up)]) == [.escape, .up])
  }

  @Test mutating func escapeBeforeACharacterIsTheAltKey() {
    #expect(keys([.byte(0x1B), .byte(0x78)]) == [.alt("x")])
    #expect(keys([.byte(0x1B), .byte(0x7F)]) == [.alt("\u{7F}")])
    #expect(keys([.byte(0x1B), .key(.backspace)]) == [.alt("\u{7F}")])
  }

  @Test mutating func controlKeys() {
    let expected: [Key] = [.control("a"), .tab, .enter, .enter, .backspace, .backspace, .control(" "), .control("_")]

    #expect(keys([1, 9, 10, 13, 8, 127, 0, 0x1F].map { .byte($0) }) == expected)
  }

  @Test mutating func aPasteIsOneKeyWithoutControls() {
    let text: [KeyDecoder.Input] = bytes("a\rb\n\tc\u{1B}[31m\u{07}可")

    #expect(keys([.pasteBegins] + text + [.nothing]) == [])
    #expect(keys([.key(.up), .pasteEnds]) == [.paste("a\nb\n\tc[31m可")])
    #expect(keys(bytes("x")) == [.character("x")])
  }

  @Test mutating func aLongPasteIsDeliveredInPiecesAndNothingOfItIsAKey() {
    let many = [KeyDecoder.Input](repeating: .byte(0x78), count: Paste.maximum)

    #expect(keys([.pasteBegins] + many).count == 1)
    #expect(keys(bytes("D") + [.nothing]) == [])
    #expect(keys([.silence]) == [.paste("D")])
  }

  /// Neither the end mark nor a line end is split, wherever it begins.
  @Test(arguments: 0...7)
  mutating func aLongPasteEndsAtItsMarkWhereverThatIs(missing: Int) {
    let many = [KeyDecoder.Input](repeating: .byte(0x78), count: Paste.maximum - missing)

    let pasted = keys([.pasteBegins] + many + bytes("\r\n\u{1B}[201~") + bytes("D"))

    let text = pasted.dropLast().compactMap { if case .paste(let text) = $0 { text } else { nil } }.joined()
    #expect(text.utf8.count == many.count + 1 && text.hasSuffix("x\n"))
    #expect(pasted.last == .character("D"))
  }

  @Test(arguments: ["", "\u{3}", "\u{1B}"])
  mutating func aPasteWithoutEndEndsInSilenceAndAKeyThatLeavesStillDoes(last: String) {
    #expect(keys([.pasteBegins] + bytes("a: 1\r" + last) + [.nothing]) == [])
    #expect(decoder.silenceTimeout != nil)

    let leaving: [Key] = last.isEmpty ? [] : [last == "\u{3}" ? .control("c") : .escape]
    #expect(keys([.silence]) == [.paste("a: 1\n")] + leaving)
    #expect(decoder.silenceTimeout == nil)
    #expect(keys(bytes("\u{3}")) == [.control("c")])
  }

  @Test mutating func aPasteMayBeReadAsBytesWithItsEndMark() {
    #expect(keys([.pasteBegins] + bytes("a\r\nb\u{1B}[201~x")) == [.paste("a\nb"), .character("x")])
  }

  private static let foreign = [
    "\u{1B}]0;Deploy\u{7}", "\u{1B}]11;rgb:0000/0000/0000\u{1B}\\", "\u{1B}P1$r0m\u{1B}\\",
    "\u{1B}P>|xterm(380)\u{1B}\\", "\u{1B}[?62;22c", "\u{1B}[27;5;106~", "\u{1B}[<35;10;5M", "\u{1B}[<0;10;5m",
    "\u{1B}[M#!!", "\u{1B}_Gi=1;OK\u{1B}\\", "\u{1B}[[A", "\u{1B}[I", "\u{1B}OX",
  ]

  @Test(arguments: foreign)
  mutating func sequencesThatAreNoKeysAreSwallowedWholeHoweverSlowTheLineIs(sequence: String) {
    let all = bytes(sequence)
    for place in 2...all.count {
      #expect(keys(Array(all[..<place]) + [.nothing] + Array(all[place...]) + bytes("x")) == [.character("x")])
    }
    guard "[]P".utf8.contains(where: { all[1] == .byte($0) }) else { return }
    #expect(keys([all[0], .nothing] + Array(all[1...]) + bytes("x")) == [.escape, .character("x")])
  }

  @Test mutating func escapeAndACapitalXInAHurryAreNoBeginningOfAText() {
    #expect(keys(bytes("\u{1B}Xlog")) == [.alt("X")] + "log".map { .character($0) })
  }

  @Test mutating func aClickIsAClickWhateverTerminfoSays() {
    #expect(keys(bytes("\u{1B}[<0;10;5M")) == [.mouse(.click, Point(row: 4, column: 9))])
    #expect(keys(bytes("\u{1B}[<65;10;5M")) == [.mouse(.wheelDown, Point(row: 4, column: 9))])
  }

  @Test mutating func anOldReportOfTheMouseIsAClickToo() {
    #expect(keys(bytes("\u{1B}[M *%x")) == [.mouse(.click, Point(row: 4, column: 9)), .character("x")])
    #expect(keys(bytes("\u{1B}[M#*%x")) == [.character("x")])
  }

  /// As of a line that was cut: ctrl-c gets through, and silence ends it.
  @Test(arguments: ["\u{1B}[<", "\u{1B}[<0;1;1", "\u{1B}[M", "\u{1B}[M *"])
  mutating func aReportThatIsCutHoldsNothingUp(report: String) {
    #expect(keys(bytes(report) + [.nothing]) == [])
    #expect(decoder.silenceTimeout != nil)
    #expect(keys(bytes("\u{3}")) == [.control("c")])
    #expect(keys(bytes(report) + [.nothing, .silence] + bytes("x")) == [.character("x")])
  }

  @Test mutating func ctrlCTwiceEndsAPasteWhoseEndWasLost() {
    #expect(keys([.pasteBegins] + bytes("a\u{3}") + [.nothing]) == [])
    #expect(keys(bytes("\u{3}")) == [.paste("a"), .control("c")])
    #expect(keys(bytes("x")) == [.character("x")])
  }

  @Test mutating func whatBeginsASequenceIsAChordWhenNothingFollows() {
    #expect(keys(bytes("\u{1B}[") + [.nothing]) == [])
    #expect(keys([.silence]) == [.alt("[")])
    #expect(keys(bytes("\u{1B}") + [.nothing] + bytes("[") + [.nothing]) == [.escape, .character("[")])
  }

  @Test mutating func aWayOutWorksInTheMiddleOfASequence() {
    #expect(keys(bytes("\u{1B}]0;abc\u{3}")) == [.control("c")])
    #expect(keys(bytes("\u{1B}[12\u{3}")) == [.control("c")])
    #expect(keys(bytes("\u{1B}]0;abc\u{1B}x")) == [.alt("x")])
  }
}
