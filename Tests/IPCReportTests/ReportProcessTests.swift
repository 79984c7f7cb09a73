import IPCFormats
import IPCModel
import IPCReport
import Testing

@Suite("The report's facts")
struct ReportProcessTests {
  /// The page of events between two processes, of which what they run is known or not.
  private func html(describing description: ProcessDescription?) -> String {
    var scene = Scene()
    var source = Scene.sh
    source.image = 3
    if let description {
      scene.texts.processes.add(description, for: KnownProcesses.Image(pid: source.pid, image: 3))
    }
    var report = Report(title: "t", program: "ipcdump test", clock: Scene.options.clock)
    report.take(scene.pipe(1000, source, Scene.cat), content: nil, texts: scene.texts)
    return Page(report).html
  }

  @Test func `have the executable and the command line of a process where they are known`() {
    let description = ProcessDescription(
      executable: Array("/usr/bin/python3".utf8), arguments: Array("python3 -m <http>.server".utf8))
    #expect(
      html(describing: description).contains(
        #"[4321,"sh","/usr/bin/python3","python3 -m \u003chttp\u003e.server"],[4322,"cat"]"#))
    #expect(html(describing: nil).contains(#"[4321,"sh"],[4322,"cat"]"#))
  }
}
