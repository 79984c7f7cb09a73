import Testing

/// Programs between ipcdump and whoever looks at its output; what they do to show it is communication, too.
struct FeedbackViewer: CustomTestStringConvertible {
  var testDescription: String
  var needs: [String]
  /// How the names of the processes begin that must be there before ipcdump starts.
  var processes: [String]
  /// Servers that run beside the terminal.
  var servers = ""
  /// What runs in the outermost terminal. It starts `sh inner`, which becomes ipcdump.
  var command: String
}

extension FeedbackViewer {
  static let script = FeedbackViewer(
    testDescription: "script in script", needs: ["script"], processes: ["script", "script"],
    command: "exec script -qfc 'sh inner' /dev/null")

  static let tmux = FeedbackViewer(
    testDescription: "tmux", needs: ["script", "tmux"], processes: ["tmux: client", "tmux: server"],
    servers: """
      echo 'set -g status off' > tmux.conf
      start server tmux -S tmux.socket -f tmux.conf -D
      until_true [ -S tmux.socket ]
      """,
    command: "exec tmux -S tmux.socket new-session 'sh inner'")

  static let screen = FeedbackViewer(
    testDescription: "screen", needs: ["script", "screen"], processes: ["screen", "screen"],
    servers: """
      mkdir -m 700 screens
      echo 'startup_message off' > screen.conf
      export SCREENDIR=$PWD/screens
      """,
    command: "exec screen -c screen.conf sh inner")

  static let less = FeedbackViewer(
    testDescription: "tee and less", needs: ["script", "less"], processes: ["tee", "less"],
    command: "sh inner | tee told | less")

  static let ssh = secureShell(
    "ssh", [], "exec ssh -tt -F none $options 127.0.0.1 \"cd $PWD && exec sh inner\"")

  /// Without a terminal of its own; a program on this side shows it.
  static let sshAndLess = secureShell(
    "ssh to less", ["less"], "ssh -T -F none $options 127.0.0.1 \"cd $PWD && exec sh inner\" | less")

  static let sshAndTee = secureShell(
    "ssh to tee", ["tee"], "ssh -tt -F none $options 127.0.0.1 \"cd $PWD && exec sh inner\" | tee told")

  /// The other way round: a program on that side shows it, and prints on this side.
  static let intoSSH = secureShell(
    "into ssh", ["tee"], "sh inner | ssh -T -F none $options 127.0.0.1 \"tee $PWD/told\"")

  static let all = [script, tmux, screen, less, ssh, sshAndLess, sshAndTee, intoSSH]

  /// ssh to a server of the test's own, with keys of its own; beside that, other programs run.
  private static func secureShell(
    _ name: String, _ others: [String], _ command: String
  ) -> FeedbackViewer {
    FeedbackViewer(
      testDescription: name, needs: ["script", "ssh", "sshd", "ssh-keygen"],
      processes: ["script", "ssh", "sshd", "sshd"] + others,
      servers: """
        [ -d /run/sshd ] || mkdir -m 755 /run/sshd
        ssh-keygen -q -t ed25519 -N '' -f host
        ssh-keygen -q -t ed25519 -N '' -f key
        cat > sshd.conf <<-END
        	ListenAddress 127.0.0.1:$PORT
        	HostKey $PWD/host
        	AuthorizedKeysFile $PWD/key.pub
        	PidFile none
        	StrictModes no
        	UsePAM no
        	PermitRootLogin yes
        	PrintMotd no
        END
        start server $(command -v sshd) -D -e -f $PWD/sshd.conf
        until_true tcp $PORT
        options="-p $PORT -i $PWD/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=no"
        export options="$options -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        """,
      command: command)
  }
}
