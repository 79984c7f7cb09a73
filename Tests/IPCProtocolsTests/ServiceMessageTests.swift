import IPCModel
import Testing

@testable import IPCProtocols

@Suite("Messages of services")
struct ServiceMessageTests {
  @Test func `tell the service manager`() {
    let dialogue = Dialogue(.datagrams, path: "/run/systemd/notify")
      .asking("READY=1\nSTATUS=Serving on 3\nMAINPID=7").asking("WATCHDOG=1\n").asking("X=y").asking(
        "nothing")
    #expect(
      dialogue.lines() == [
        "notification 1>2 sd-notify READY Serving on 3 37", "notification 1>2 sd-notify WATCHDOG 11",
        "notification 1>2 sd-notify X 3", "data 1>2 sd-notify 7 (no assignments)",
      ])
    #expect(Dialogue(.datagrams).asking("STOPPING=1").lines() == ["notification 1>2 sd-notify STOPPING 10"])
    for seed in 0..<100 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }

  @Test func `go to the system's log in all forms`() {
    let dialogue = Dialogue(.datagrams)
      .asking("<30>Nov 30 03:00:00 sshd[7]: hello").asking("<13>Nov  3 03:00:00 host cron: hi")
      .asking("<165>1 2026-11-30T03:00:00.1Z host app 7 ID47 - text").asking("<999>no")
    #expect(
      dialogue.lines() == [
        "notification 1>2 syslog daemon.info sshd 34", "notification 1>2 syslog user.notice cron 33",
        "notification 1>2 syslog local4.notice app #ID47 52", "data 1>2 syslog 7 (no message of syslog)",
      ])
    let local = Dialogue(.datagrams, path: "/dev/log").asking("<13>tool: hi")
    #expect(local.lines() == ["notification 1>2 syslog user.notice tool 12"])
    for seed in 0..<100 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }

  @Test func `go through a stream with a length before them or an end behind them`() {
    let text = "<13>1 - - app - - - hi"
    let dialogue = Dialogue().asking("22 \(text)22 \(text)").asking(
      "<14>Nov 30 03:00:00 x: a\n<14>Nov 30 03:00:00 x: b\0"
    )
    .asking("junk\n\(text)\n")
    let lines = [
      "notification 1>2 syslog user.notice app 25", "notification 1>2 syslog user.notice app 25",
      "notification 1>2 syslog user.info x 25", "notification 1>2 syslog user.info x 25",
      "data 1>2 syslog 5 (no message of syslog)", "notification 1>2 syslog user.notice app 23",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    for seed in 0..<100 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }
}
