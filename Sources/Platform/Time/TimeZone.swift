import Glibc

/// A time zone from the system's zone files (RFC 8536): the offsets of its clocks from UTC, and their changes.
///
/// It is read from the file because `localtime` knows only one zone for the whole process.
package struct TimeZone: Hashable, Sendable {
  package let name: String
  /// The clock changes in ascending order, with the seconds to add to UTC from then on.
  private var changes: [(at: Int, offset: Int)] = []
  /// The seconds to add before the first change.
  private var first = 0
  /// The rule for times after the last change.
  private var rule: DaylightRule?

  package static let utc = TimeZone(name: "UTC")

  private init(name: String) { self.name = name }

  /// The zone called `name`, such as `Europe/Berlin`; `nil` if this machine does not have it.
  package init?(named name: String, in folder: String = "/usr/share/zoneinfo") {
    self.init(name: name)
    if name == "UTC" { return }
    let isPlain = name.utf8.allSatisfy { $0 != UInt8(ascii: ".") } && !name.hasPrefix("/") && !name.isEmpty
    guard isPlain, let bytes = try? Files.read("\(folder)/\(name)", limit: 1 << 20), read(bytes) else { return nil }
  }

  /// The zone in the bytes of a zone file, or `nil`.
  package init?(name: String, bytes: [UInt8]) {
    self.init(name: name)
    guard read(bytes) else { return nil }
  }

  package static func == (left: TimeZone, right: TimeZone) -> Bool { left.name == right.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// The seconds to add to UTC at `time`, in seconds since 1970.
  package func offset(at time: Int) -> Int {
    guard let last = changes.last, time < last.at else {
      return rule?.offset(at: time) ?? changes.last?.offset ?? first
    }
    return changes.last { $0.at <= time }?.offset ?? first
  }

  /// The local day of the week, Sunday as 0, and minute of the day at `time`.
  package func clock(at time: Int) -> (weekday: Int, minute: Int) {
    let local = time + offset(at: time)
    let day = (local - ((local % 86_400) + 86_400) % 86_400) / 86_400
    // 1 January 1970 was a Thursday.
    return (((day + 4) % 7 + 7) % 7, (local - day * 86_400) / 60)
  }
}

// The file contains its data twice: first with four-byte times, then with eight-byte times.
extension TimeZone {
  private mutating func read(_ bytes: [UInt8]) -> Bool {
    guard let old = ZoneBlock(bytes, at: 0, timeSize: 4) else { return false }
    guard old.version > 0 else { return take(old, rule: "") }
    guard let block = ZoneBlock(bytes, at: old.end, timeSize: 8) else { return false }
    let footer = bytes[min(block.end, bytes.count)...].drop { $0 == 10 }.prefix { $0 != 10 }
    return take(block, rule: String(decoding: footer, as: UTF8.self))
  }

  private mutating func take(_ block: ZoneBlock, rule text: String) -> Bool {
    guard !block.offsets.isEmpty, block.types.allSatisfy({ $0 < block.offsets.count }) else { return false }
    first = block.offsets[0]
    changes = zip(block.times, block.types).map { ($0, block.offsets[$1]) }
    rule = text.isEmpty ? nil : DaylightRule(text)
    return text.isEmpty || rule != nil
  }
}

/// One of the two blocks of a zone file.
private struct ZoneBlock {
  var version: UInt8
  var times: [Int] = []
  var types: [Int] = []
  var offsets: [Int] = []
  var end: Int

  init?(_ bytes: [UInt8], at start: Int, timeSize: Int) {
    guard bytes.count >= start + 44, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
    func number(_ position: Int, _ size: Int) -> Int {
      let raw = bytes[position..<position + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return size == 4 ? Int(Int32(truncatingIfNeeded: raw)) : Int(Int64(bitPattern: raw))
    }
    version = bytes[start + 4]
    let counts = (0..<6).map { number(start + 20 + 4 * $0, 4) }
    let (utcCount, standardCount, leapCount, timeCount, typeCount, letterCount) = (
      counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]
    )
    guard counts.allSatisfy({ $0 >= 0 && $0 <= bytes.count }) else { return nil }
    let data = start + 44
    let (typesAt, offsetsAt) = (data + timeCount * timeSize, data + timeCount * (timeSize + 1))
    end = offsetsAt + typeCount * 6 + letterCount + leapCount * (timeSize + 4) + standardCount + utcCount
    guard bytes.count >= end else { return nil }
    times = (0..<timeCount).map { number(data + $0 * timeSize, timeSize) }
    types = (0..<timeCount).map { Int(bytes[typesAt + $0]) }
    offsets = (0..<typeCount).map { number(offsetsAt + $0 * 6, 4) }
  }
}
