import Foundation
import Testing

@testable import CommandDescription

/// The manual page and completions of a made-up command.
@Suite("Descriptions")
struct ManualPageTests {
  private static let dump = #"""
    {"command": {"commandName": "c", "abstract": "Does.", "arguments": [
      {"kind": "option", "shouldDisplay": true, "isRepeating": true, "valueName": "pid,...", "abstract": ".a-b\\c",
       "sectionTitle": "Which", "names": [{"kind": "short", "name": "p"}]},
      {"kind": "option", "shouldDisplay": false, "isRepeating": false, "names": [{"kind": "long", "name": "secret"}]},
      {"kind": "option", "shouldDisplay": true, "isRepeating": false, "valueName": "v", "abstract": "It's [so]: yes.",
       "allValues": ["one", "two-b"], "defaultValue": "one",
       "names": [{"kind": "short", "name": "k"}, {"kind": "long", "name": "kind"}]}],
     "subcommands": [
      {"commandName": "help", "arguments": []},
      {"commandName": "report", "abstract": "Reports.", "arguments": [
        {"kind": "positional", "shouldDisplay": true, "isRepeating": false, "valueName": "file"},
        {"kind": "flag", "shouldDisplay": true, "isRepeating": false, "abstract": "Loud.",
         "names": [{"kind": "long", "name": "loud"}]}]}]}}
    """#

  private let command: CommandDescription

  init() throws { command = try CommandDescription(dump: Self.dump) }

  private func page(_ template: String) throws -> String {
    try ManualPage(template: template, version: "7").text(of: command)
  }

  private func complaint(_ template: String) -> String? {
    do {
      _ = try page(template)
      return nil
    } catch {
      return (error as? DescriptionError)?.message
    }
  }

  @Test func `options come from the command, remarks from the template`() throws {
    let template = #"""
      .TH C 8 @VERSION@
      .\" @options
      .\" @more --kind
      More of it.
      .\" @more report --loud
      Very.
      .\" @end
      .SH END
      """#
    #expect(
      try page(template) == #"""
        .TH C 8 7
        .SS Which
        .TP
        \fB\-p\fR \fIpid\fR,...
        \&.a\-b\ec
        .SS Other
        .TP
        \fB\-k\fR, \fB\-\-kind\fR \fBone\fR | \fBtwo\-b\fR
        It's [so]: yes.
        The default is \fBone\fR.
        More of it.
        .SS report
        .TP
        \fB\-\-loud\fR
        Loud.
        Very.
        .SH END
        """#)
  }

  @Test func `a template that does not fit is refused`() {
    #expect(complaint("x") == #"the manual's template has no lines .\" @options and .\" @end"#)
    #expect(
      complaint(".\\\" @options\n.\\\" @more --old\n.\\\" @end")
        == "the manual's template tells more of --old, which is no option")
    #expect(
      complaint(".\\\" @options\n.\\\" @more -p\n.\\\" @more -p\n.\\\" @end")
        == "the manual's template tells more of -p twice")
    #expect(
      complaint(".\\\" @options\nx\n.\\\" @end")
        == #"the manual's template has text before the first .\" @more "#)
    #expect(
      complaint(".\\\" @options\n.\\\" @more -p\nMore.\n.TP\n.B \\-q\n.\\\" @end")
        == "the manual's template has .TP among the options, whose headings are made")
  }

  @Test func `what is no dump is refused`() {
    #expect(throws: DescriptionError.self) { try CommandDescription(dump: "{}") }
  }

  @Test func `a subcommand has its own options and files`() throws {
    #expect(command.options.map(\.names) == [["-p"], ["-k", "--kind"]])
    #expect(command.subcommands.map(\.name) == ["report"])
    #expect(command.subcommands.first?.argument?.source == .files)
    let bash = BashCompletion(command).text
    #expect(
      bash.contains("case ${COMP_WORDS[1]} in report) ((COMP_CWORD > 1)) && place=${COMP_WORDS[1]} ;; esac"))
    #expect(bash.contains("'report '*) if [[ $cur == -* ]]; then _c_words '--loud'; else _c_files; fi ;;"))
    #expect(bash.contains("' -k' | ' --kind') _c_words 'one two-b' ;;"))
    #expect(
      ZshCompletion(command).text.contains(#"'(-k --kind)--kind=[It'\''s \[so\]\: yes.]:v:(one two-b)'"#))
    #expect(FishCompletion(command).text.contains(#"-s k -l kind -r -fa 'one two-b' -d 'It\'s [so]: yes.'"#))
  }
}
