/// Frames of HTTP/2 that no client should send (RFC 9113), and those around them.
enum HTTP2Frames {
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// A frame: its type, flags, stream and payload.
  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let length = payload.count
    return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
      + withUnsafeBytes(of: stream.bigEndian, Array.init) + payload
  }

  private static let settings = frame(4, 0, 0, [])
  /// `GET / https x`, as HPACK has it: three fields of the static table and a literal.
  private static let fields: [UInt8] = [0x82, 0x84, 0x87, 0x41, 0x01, 0x78]

  private static let eight = [UInt8](repeating: 0, count: 8)
  /// `POST / https x`, without the end of the stream.
  private static let post: [UInt8] = [0x83, 0x84, 0x87, 0x41, 0x01, 0x78]

  /// A field that is written out.
  private static func literal(_ name: String, _ value: String) -> [UInt8] {
    [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
  }

  /// A conversation that begins as it should.
  private static func talk(_ frames: [UInt8]...) -> [UInt8] { preface + settings + Array(frames.joined()) }

  /// A request with the fields in `block`.
  private static func request(_ block: [UInt8]...) -> [UInt8] { talk(frame(1, 5, 1, Array(block.joined()))) }

  private static func repeated(_ count: Int, _ frames: (UInt32) -> [UInt8]) -> [UInt8] {
    (0..<UInt32(count)).flatMap(frames)
  }

  static let dataOfNoStream = talk(frame(0, 0, 0, [1]))

  /// What no client may send, by what it is.
  static let wrong: [(String, [UInt8])] = connections + frames + blocks + floods

  private static let connections: [(String, [UInt8])] = [
    ("no preface", Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
    ("half a preface and nonsense", Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8)),
    ("no settings first", preface + frame(1, 5, 1, fields)),
    ("settings of five bytes", preface + frame(4, 0, 0, [1, 2, 3, 4, 5])),
    ("a frame that is too long", talk([0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1])),
  ]

  private static let frames: [(String, [UInt8])] = [
    ("a stream of an even number", talk(frame(1, 5, 2, fields))),
    ("stream 0", talk(frame(1, 5, 0, fields))),
    ("data on a stream that is not open", talk(frame(0, 1, 5, [1]))),
    ("a ping of seven bytes", talk(frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7]))),
    ("a window of nothing", talk(frame(8, 0, 0, [0, 0, 0, 0]))),
    ("a window that is too large", talk(frame(8, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]))),
    ("a continuation of nothing", talk(frame(9, 4, 1, fields))),
    ("something between fields and their continuation", talk(frame(1, 1, 1, fields), frame(6, 0, 0, eight))),
    ("a promise from a client", talk(frame(5, 4, 1, [0, 0, 0, 2] + fields))),
    (
      "a body longer than its length",
      talk(frame(1, 4, 1, post + [0x0F, 0x0D, 0x01, 0x31]), frame(0, 1, 1, [1, 2, 3]))
    ),
  ]

  private static let blocks: [(String, [UInt8])] = [
    ("fields that are no HPACK", request([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
    ("an uppercase field", request(fields, literal("X", "a"))),
    ("a Connection field", request(fields, literal("connection", "close"))),
    ("a transfer coding", request(fields, literal("transfer-encoding", "chunked"))),
    ("no path", request([0x82, 0x87, 0x41, 0x01, 0x78])),
    ("a path with blanks", request([0x82, 0x04, 0x0D] + Array("/a HTTP/1.1 b".utf8), [0x87, 0x41, 0x01, 0x78])),
    ("two paths", request([0x82, 0x84, 0x84, 0x87, 0x41, 0x01, 0x78])),
    ("a pseudo field behind others", request([0x82, 0x84], literal("a", "b"), [0x87, 0x41, 0x01, 0x78])),
  ]

  private static let floods: [(String, [UInt8])] = [
    (
      "a thousand resets",
      talk(repeated(1_000) { frame(1, 4, $0 * 2 + 1, post) + frame(3, 0, $0 * 2 + 1, [0, 0, 0, 8]) })
    ),
    ("ten thousand pings", talk(repeated(10_000) { _ in frame(6, 0, 0, eight) })),
    ("many empty frames of data", talk(frame(1, 4, 1, post), repeated(1_000) { _ in frame(0, 0, 1, []) })),
  ]
}
