import ArgumentParser
import IPCFiltering
import IPCModel
import IPCSession
import PlainText

/// Options of a flight recorder: what `-w` keeps in memory, and when that is written.
struct RecorderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      With -w: keep only the last of it, in memory, and write that when a trigger comes: SIGUSR2, or --trigger. So long \
      (60s, 5m), so many bytes (256M), or both; a time alone takes 256M at most.
      """, valueName: "time|bytes,..."),
    transform: { try KeptAmounts($0) })
  var keep: [KeptAmounts] = []

  @Option(
    help: ArgumentHelp(
      """
      With --keep: write at the end of a process that fails or is killed (exit), at a loss (loss), if processes wait for \
      each other (stuck), or when this is true of an event, as of --where.
      """, valueName: "exit|loss|stuck|expression"),
    completion: .list(TriggerWord.allCases.map(\.rawValue)), transform: { try TriggerCondition($0) })
  var trigger: [TriggerCondition] = []

  @Option(
    help: ArgumentHelp(
      "With --keep: write no other file for so long after a trigger. [default: 10s]", valueName: "time"))
  var triggerCooldown: TimeSpan?

  /// Whether anything is kept that way.
  var isWanted: Bool { !keep.isEmpty }

  /// What expressions are triggers.
  var expressions: [WhereExpression] {
    trigger.compactMap { condition -> WhereExpression? in
      if case .expression(let expression) = condition { expression } else { nil }
    }
  }

  func validate() throws {
    guard isWanted || (trigger.isEmpty && triggerCooldown == nil) else {
      throw ValidationError(
        "--trigger is about what --keep has kept; add --keep and how much, as in --keep 60s")
    }
    guard keep.reduce(0, { $0 + $1.durations.count }) <= 1, keep.reduce(0, { $0 + $1.sizes.count }) <= 1
    else {
      throw ValidationError("--keep takes one time and one number of bytes at most")
    }
  }

  /// Says what does not go together.
  func validate(with capture: CaptureOptions, _ messages: MessageOptions) throws {
    guard isWanted else { return }
    guard let output = capture.output else {
      throw ValidationError("--keep is about the file of -w; add -w and a file")
    }
    if output == "-" {
      throw ValidationError(
        "--keep writes a file at each trigger, and standard output is one; give -w a file")
    }
    if capture.input != nil {
      throw ValidationError("--keep is for what happens now; leave it or -r out")
    }
    if capture.opensLater {
      throw ValidationError(
        "--keep begins a file at each trigger; leave out -C and -G, and bound the number of files with -W")
    }
    if capture.streams {
      throw ValidationError(
        "--streams hangs on what came before, which --keep gives up; leave it out, and make streams of a file with -r, --streams and -w"
      )
    }
    try validate(shown: messages)
  }

  private func validate(shown messages: MessageOptions) throws {
    for expression in expressions {
      guard
        let (word, need) = expression.unmetNeed(messages: messages.messages, calls: messages.calls)
      else { continue }
      throw ValidationError(need.sentence(asking: "--trigger", for: word, canBeShown: true))
    }
  }

  /// What is asked of the recorder; nil if there is none.
  ///
  /// - Parameters:
  ///   - selection: What is traced.
  ///   - isQuiet: Whether nothing is said on standard error but errors.
  func settings(_ selection: Selection, isQuiet: Bool) -> RecorderSettings? {
    guard isWanted else { return nil }
    var settings = RecorderSettings()
    if let bytes = keep.flatMap(\.sizes).first { settings.bytes = bytes }
    settings.duration = keep.flatMap(\.durations).first
    for condition in trigger {
      switch condition {
      case .word(.exit): settings.writesAtExits = true
      case .word(.loss): settings.writesAtLosses = true
      case .word(.stuck): settings.writesAtDeadlocks = true
      case .expression: break
      }
    }
    settings.expressions = expressions
    if let triggerCooldown { settings.coolDown = triggerCooldown.nanoseconds }
    settings.isOfHost = selection.criteria.isEmpty
    settings.isQuiet = isQuiet
    return settings.withNames()
  }
}

/// What `--keep` takes: times and numbers of bytes, separated by commas. `m` is a minute, `M` a million bytes and more.
struct KeptAmounts {
  /// Nanoseconds.
  private(set) var durations: [UInt64] = []
  /// Bytes.
  private(set) var sizes: [Int] = []

  /// Least and most bytes.
  private static let possibleSizes = (1 << 20)...(64 << 30)
  /// Longest time, in nanoseconds: what is older than a day belongs into files.
  private static let longest: UInt64 = 24 * 3600 * 1_000_000_000

  /// Parses an option's value.
  init(_ argument: String) throws {
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      if let last = word.last, "smh".contains(last), let span = TimeSpan(argument: String(word)) {
        guard span.nanoseconds <= Self.longest else {
          throw ValidationError("'\(word)' is too long; 24h is the most")
        }
        durations.append(span.nanoseconds)
      } else if let last = word.last, "kMG".contains(last), let size = ByteSize(argument: String(word)) {
        guard Self.possibleSizes.contains(size.bytes) else {
          throw ValidationError("'\(word)' is no amount to keep; it is from 1M to 64G")
        }
        sizes.append(size.bytes)
      } else {
        throw ValidationError("'\(word)' is neither a time nor a number of bytes; write 60s, 5m, 256M or 1G")
      }
    }
  }
}

/// A trigger that has a word.
enum TriggerWord: String, CaseIterable {
  case exit, loss, stuck
}

/// What `--trigger` takes: a word, or an expression.
enum TriggerCondition {
  case word(TriggerWord)
  case expression(WhereExpression)

  /// Parses an option's value.
  init(_ argument: String) throws {
    if let word = TriggerWord(rawValue: argument) {
      self = .word(word)
      return
    }
    do throws(WhereError) {
      self = .expression(try WhereExpression(argument))
    } catch {
      let isWord = argument.allSatisfy { $0.isLetter }
      let nearest = Spelling.nearest(to: argument, among: TriggerWord.allCases.map(\.rawValue))
      if isWord, let nearest {
        throw ValidationError("'\(argument)' is no trigger; did you mean \(nearest)?")
      }
      let words = TriggerWord.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("'\(argument)' is none of \(words), and no expression: \(error.sentence)")
    }
  }
}
