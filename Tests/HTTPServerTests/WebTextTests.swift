import HTTP
import Platform
import Testing

/// Texts of the web that come from others.
@Suite struct WebTextTests {
  @Test(arguments: [
    ("120", 120), ("Thu, 01 Jan 1970 00:01:00 GMT", 60), ("Sun, 06 Nov -2147483648 08:49:37 GMT", nil),
    ("Sun, 06 Nov 2147483647 08:49:37 GMT", nil), ("soon", nil), ("-1", nil),
  ])
  func aTimeToWaitIsSecondsOrADate(text: String, seconds: Int?) {
    #expect(RetryAfter.seconds(text, now: 0) == seconds)
  }

  @Test(arguments: [0, 784_111_777, 951_782_400, 4_102_444_799]) func aDateIsReadAsItIsWritten(seconds: Int) {
    let text = HTTPDate.text(of: seconds)
    #expect(RetryAfter.seconds(text, now: seconds - 5) == 5)
    if seconds == 784_111_777 { #expect(text == "Sun, 06 Nov 1994 08:49:37 GMT") }
  }

  @Test(arguments: [("%41%2f", "A/"), ("%+1", "%+1"), ("%-1", "%-1"), ("%4", "%4"), ("100%", "100%"), ("%zz", "%zz")])
  func anEscapeHasTwoDigits(text: String, decoded: String) {
    #expect(PercentEncoding.decode(text) == decoded)
  }

  @Test func fieldsAreTakenOutAtOnceWhateverTheirNumber() {
    var headers: HTTPHeaders = ["Accept": "a"]
    for number in 0..<5000 { headers.add("X-Remote-\(number)", "x") }

    headers.removeAll { $0.name.hasPrefix("X-Remote-") }

    #expect(headers == ["Accept": "a"])
  }
}
