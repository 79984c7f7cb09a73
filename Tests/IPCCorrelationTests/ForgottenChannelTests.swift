import Testing

@testable import IPCCorrelation

@Suite("A channel that the kernel has forgotten, so that what others do there is not seen")
struct ForgottenChannelTests {
  @Test func `has no likely writer of what nobody was seen to write`() {
    let recording = Recording(pipe: TracedPipe(unread: 5))
    recording.begin(with: recording.live(unread: 0, .ann), .ann)
    recording.forget()
    recording.read("hello", by: .bob)
    #expect(recording.told() == ["<unknown> > bob 5 \"hello\""])
  }

  @Test func `does not mix up what was written unseen with what is known`() {
    let pipe = TracedPipe()
    let recording = Recording(pipe: pipe)
    recording.write("one", by: .ann)
    recording.forget()
    pipe.isKnown = false
    pipe.put(3)
    recording.read("oneamy", by: .bob)
    recording.write("two", by: .ann)
    recording.read("two", by: .bob)
    #expect(recording.told() == ["<unknown> > bob 6 \"oneamy\"", "ann > bob 3 \"two\""])
    #expect(recording.toldAtEnd() == [])
  }

  @Test func `keeps what is known if nothing was written unseen`() {
    let pipe = TracedPipe()
    let recording = Recording(pipe: pipe)
    recording.write("one", by: .ann)
    recording.forget()
    pipe.isKnown = false
    recording.read("one", by: .bob)
    #expect(recording.told() == ["ann > bob 3 \"one\""])
  }

  @Test func `has no likely sender of a message that nobody was seen to send`() {
    let recording = MessageRecording()
    let client = MessageSocket(2), server = MessageSocket(1)
    recording.begin(with: recording.live(client, by: .ann), .ann)
    recording.forget()
    recording.receive("x", by: .bob, at: server, from: client)
    #expect(recording.told(after: 150) == ["<unknown> > bob 1 \"x\""])
  }
}
