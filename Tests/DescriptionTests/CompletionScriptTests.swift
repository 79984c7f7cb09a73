import CommandDescription
import IPCModel
import Testing

@testable import ipcdump

@Suite("A completion script")
struct CompletionScriptTests {
  @Test(arguments: CompletedShell.allCases)
  func `is the one that is installed`(_ shell: CompletedShell) throws {
    let files = try GeneratedFiles()
    let script = files.command.completionScript(for: shell)
    let option = "--generate-completion-script"
    #expect(try CompletionScript.requested(by: [option, shell.rawValue]) == script)
    #expect(try CompletionScript.requested(by: ["\(option)=\(shell.rawValue)", "-x"]) == script)
    #expect(script.contains("unix-dgram"), "ArgumentParser's own knows no lists")
  }

  @Test func `is not what a traced command is asked for`() throws {
    #expect(try CompletionScript.requested(by: ["--", "tool", "--generate-completion-script", "zsh"]) == nil)
    #expect(try CompletionScript.requested(by: ["-t", "pipe"]) == nil)
  }

  @Test(arguments: ["", "ksh", "/bin/bash"]) func `is for few shells`(_ name: String) {
    let failure = #expect(throws: Failure.self) { try CompletionScript.text(for: name) }
    #expect(failure?.cause == .usage && failure?.sentence.contains("bash, zsh, fish") == true)
  }
}
