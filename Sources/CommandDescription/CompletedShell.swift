/// A shell that can be taught what to complete.
public enum CompletedShell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish
}

extension CommandDescription {
  /// What a shell completes, as a script in its language.
  public func completionScript(for shell: CompletedShell) -> String {
    switch shell {
    case .bash: BashCompletion(self).text
    case .zsh: ZshCompletion(self).text
    case .fish: FishCompletion(self).text
    }
  }
}
