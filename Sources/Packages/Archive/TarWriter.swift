/// Writes tar archives that are identical for the same files: without user, group and time.
package struct TarWriter {
  private(set) var bytes: [UInt8] = []

  /// The archive of `files`, in the order of their paths.
  package static func archive(_ files: [String: [UInt8]], executables: Set<String> = []) -> [UInt8] {
    var writer = TarWriter()
    for file in files.sorted(by: { $0.key < $1.key }) {
      writer.append(file.key, file.value, mode: executables.contains(file.key) ? "0000755" : "0000644")
    }
    writer.bytes += [UInt8](repeating: 0, count: 1024)
    return writer.bytes
  }

  private mutating func append(_ path: String, _ content: [UInt8], mode: String) {
    if path.utf8.count > 100 {
      // Only a pax record can hold a path of any length.
      write("PaxHeader", type: "x", Self.paxRecord("path", path), mode: mode)
    }
    write(path, type: "0", content, mode: mode)
  }

  private mutating func write(_ path: String, type: Character, _ content: [UInt8], mode: String) {
    bytes += Self.header(path, type: type, size: content.count, mode: mode)
    bytes += content
    let padding = (512 - content.count % 512) % 512
    bytes += [UInt8](repeating: 0, count: padding)
  }

  private static func header(_ path: String, type: Character, size: Int, mode: String) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int, upTo count: Int) {
      for (index, byte) in text.utf8.prefix(count).enumerated() { block[offset + index] = byte }
    }
    put(path, at: 0, upTo: 100)
    put(mode, at: 100, upTo: 7)
    put("0000000", at: 108, upTo: 7)
    put("0000000", at: 116, upTo: 7)
    put(octal(size, digits: 11), at: 124, upTo: 11)
    put("00000000000", at: 136, upTo: 11)
    put(String(type), at: 156, upTo: 1)
    put("ustar\0" + "00", at: 257, upTo: 8)
    put(octal(TarHeader.checksum(of: block), digits: 6) + "\0 ", at: 148, upTo: 8)
    return block
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// `<length> <key>=<value>\n`; the length includes itself.
  private static func paxRecord(_ key: String, _ value: String) -> [UInt8] {
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count
    while length != rest.utf8.count + String(length).utf8.count {
      length = rest.utf8.count + String(length).utf8.count
    }
    return Array("\(length)\(rest)".utf8)
  }
}
