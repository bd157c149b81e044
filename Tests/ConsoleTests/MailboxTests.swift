import Client
import Extensions
import Glibc
import KubernetesAPI
import Platform
import Testing

@testable import Console

@Suite struct MailboxTests {
  /// News of something, by number.
  private struct Letter: Mail, Hashable {
    var number: Int
    var subject: MailSubject?

    init(_ number: Int, _ subject: MailSubject? = nil) { (self.number, self.subject) = (number, subject) }
  }

  private let mailbox = Mailbox<Letter>()

  @Test func messagesComeOutInOrderAndOnce() {
    for number in 1...3 { mailbox.post(Letter(number)) }

    #expect(mailbox.take().map(\.number) == [1, 2, 3])
    #expect(mailbox.take() == [])
  }

  @Test func itIsReadableExactlyWhileThereAreMessages() {
    #expect(!isReadable(mailbox.descriptor))
    mailbox.post(Letter(1))
    mailbox.post(Letter(2, MailSubject("a")))
    mailbox.post(Letter(3, MailSubject("a")))
    #expect(isReadable(mailbox.descriptor))
    _ = mailbox.take()
    #expect(!isReadable(mailbox.descriptor))
  }

  @Test func nothingIsLostBetweenManyWritersAndAReader() async {
    let mailbox = mailbox
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<8 { group.addTask { for number in 0..<500 { mailbox.post(Letter(writer * 500 + number)) } } }
    }

    #expect(Set(mailbox.take().map(\.number)) == Set(0..<4000))
    #expect(!isReadable(mailbox.descriptor))
  }

  @Test func theLatestNewsOfAnObjectTakesThePlaceOfOlderNews() {
    for (number, name) in ["a", "b", "a", "c", "a"].enumerated() {
      mailbox.post(Letter(number, MailSubject("x", name)))
    }
    mailbox.post(Letter(9))

    #expect(mailbox.take().map(\.number) == [1, 3, 4, 9])
  }

  @Test func aListMakesTheNewsOfItsObjectsOldAndIsKeptItself() {
    mailbox.post(Letter(1, MailSubject("x", "a")))
    mailbox.post(Letter(2, MailSubject("y", "a")))
    mailbox.post(Letter(3, MailSubject("x")))
    mailbox.post(Letter(4, MailSubject("x", "a")))

    #expect(mailbox.take().map(\.number) == [2, 3, 4])
  }

  @Test func aReaderThatIsAwayForLongFindsAsMuchAsThereIs() {
    for number in 0..<100_000 { mailbox.post(Letter(number, MailSubject("x", "\(number % 100)"))) }

    #expect(mailbox.slotCount < 400)
    #expect(mailbox.take().map(\.number) == Array(99_900..<100_000))
  }

  @Test func theConsoleEndsWhereItWouldHaveWithAllTheNews() {
    let mailbox = Mailbox<Message>()
    let versions = ["1.0.0", "1.1.0", "1.2.0"]
    var news = versions.map { Message.installations(.applied(.sample("grafana", version: $0))) }
    news.insert(.installations(.interrupted(.unreadable("cut"), delay: .seconds(1))), at: 1)
    news += [.installations(.deleted(.sample("loki", version: "1.0.0"))), .installations(.resumed)]
    for message in news { mailbox.post(message) }
    var (whole, short) = (ConsoleTester.atMarket(), ConsoleTester.atMarket())
    for message in news { whole.hear(message) }
    let left = mailbox.take()
    for message in left { short.hear(message) }

    #expect(left.count == 3)
    #expect(short.app.state.market.installations == whole.app.state.market.installations)
    #expect(short.lines.dropLast(2) == whole.lines.dropLast(2))
  }

  private func isReadable(_ descriptor: Int32) -> Bool {
    var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    return poll(&polled, 1, 0) == 1
  }
}
