import Client
import Extensions
import Glibc
import KubernetesAPI
import Manifest
import Platform

/// What has come of changes each of which should carry the next number in `spec.icon`, a field that is any text.
private struct Tally {
  var events = 0
  var last = 0
  var lastVersion = 0
  var lists = 0
  var interruptions = 0
  var missing = 0
  var repeated = 0

  mutating func take(_ event: WatchEvent<Object>) {
    switch event {
    case .applied(let object):
      guard let number = object.spec["icon"]?.string.flatMap({ Int($0) }) else { return }
      let version = Int(object.resourceVersion) ?? 0
      if version <= lastVersion { repeated += 1 }
      lastVersion = max(lastVersion, version)
      // Controllers write as well: a newer version with the number of the one before.
      guard number > last else { return }
      events += 1
      missing += number - last - 1
      last = number
    case .replaced: lists += 1
    case .interrupted: interruptions += 1
    case .deleted, .resumed: break
    }
  }
}

/// Watches the extensions of a server and counts: `soak SERVER COUNT SECONDS`.
///
/// Prints, when that many changes have come or the time is over, how many came, how many numbers are
/// missing, came twice or out of order, and the seconds of processor time this took.
@main
enum Soak {
  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let count = Int(arguments[2]), let seconds = Int(arguments[3]) else {
      say("usage: soak SERVER COUNT SECONDS")
      exit(2)
    }
    let before = processorTime()
    let tally = await watch(Cluster(transport: CurlTransport(base: arguments[1])), count, seconds)
    say(
      #"{"events":\#(tally.events),"missing":\#(tally.missing),"repeated":\#(tally.repeated),"#
        + #""lists":\#(tally.lists),"interruptions":\#(tally.interruptions),"processor":\#(processorTime() - before)}"#)
  }

  private static func watch(_ cluster: Cluster, _ count: Int, _ seconds: Int) async -> Tally {
    let tally = Locked(Tally())
    let watching = Task {
      await Watch(Dialect.installPlan.extensions, in: cluster) { $0 }.run { event in
        let (isFirst, isOver) = tally.withLock { tally in
          let lists = tally.lists
          tally.take(event)
          return (lists == 0 && tally.lists == 1, tally.events >= count)
        }
        if isFirst { say("watching") }
        if isOver { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    let alarm = Task {
      try? await Task.sleep(for: .seconds(seconds))
      watching.cancel()
    }
    await watching.value
    alarm.cancel()
    return tally.withLock { $0 }
  }

  /// Not `print`, which buffers lines that the reader of a pipe waits for.
  private static func say(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(1, line, line.count)
  }

  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
