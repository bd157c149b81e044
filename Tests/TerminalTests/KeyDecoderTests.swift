import Testing

@testable import Terminal

@Suite struct KeyDecoderTests {
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

  @Test mutating func aPasteWithoutEndIsDeliveredInPieces() {
    let many = [KeyDecoder.Input](repeating: .byte(0x78), count: KeyDecoder.maximumPaste)

    #expect(keys([.pasteBegins] + many).count == 1)
    #expect(keys(bytes("x")) == [.character("x")])
  }
}
