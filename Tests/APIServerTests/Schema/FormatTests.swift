import Testing

@testable import APIServer

/// Formats of strings that a definition can ask for.
///
/// A kube-apiserver 1.20 took and refused the same.
@Suite struct FormatTests {
  private static let good: [Format: [String]] = [
    .uuid3: ["a3bb189e-8bf9-3888-9912-ace4e6543002", "A3BB189E8BF938889912ACE4E6543002"],
    .uuid4: ["16fd2706-8baf-433b-82eb-8c7fada847da"], .uuid5: ["886313e1-3b8a-5372-9b90-0c9aee199e5d"],
    .isbn: ["0-306-40615-2", "080442957X", "978 0306406157"], .isbn10: ["0 306 40615 2"],
    .isbn13: ["978-0-306-40615-7"], .creditcard: ["4111-1111-1111-1111", "378282246310005", "30569309025904"],
    .ssn: ["111-11-1111", "111 11 1111"], .hexcolor: ["#fff", "FFFFFF"],
    .rgbcolor: ["rgb(1,2,3)", "rgb( 1 , 2 , 255 )"], .bsonobjectid: ["507f1f77bcf86cd799439011"],
  ]
  private static let bad: [Format: [String]] = [
    .uuid3: ["x", "a3bb189e-8bf9-4888-9912-ace4e6543002"], .uuid4: ["16fd2706-8baf-433b-c2eb-8c7fada847da"],
    .uuid5: ["886313e1-3b8a-5372-1b90-0c9aee199e5d"], .isbn: ["0306406153", "080442957x", "030640615X", ""],
    .isbn10: ["978-0-306-40615-7", "X080442957"], .isbn13: ["9780306406158"],
    .creditcard: ["4111111111111112", "2223003122003222", "6200000000000005", "0000000000000000"],
    .ssn: ["111111111", "11-11-1111"], .hexcolor: ["#ffff", "ggg"],
    .rgbcolor: ["rgb(256,0,0)", "rgb(01,2,3)", "rgb(1,2)"],
    .bsonobjectid: ["507f1f77bcf86cd79943901"],
  ]

  @Test(arguments: good.keys.sorted { $0.rawValue < $1.rawValue }) func whatHasTheFormIsTaken(format: Format) {
    for text in Self.good[format] ?? [] { #expect(format.holds(for: text), "\(text)") }
    for text in Self.bad[format] ?? [] { #expect(!format.holds(for: text), "\(text)") }
  }
}
