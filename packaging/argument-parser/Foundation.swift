// Stands for ArgumentParser's file of this name in the builds of the Makefile (scripts/prepare-packages): all that it takes
// Foundation for, without Foundation. Sources/PlainText comes beside it.

extension Error {
  func describe() -> String { String(describing: self) }
}

enum JSONEncoder {
  static func encode<T: Encodable>(_ value: T) -> String {
    (try? PlainJSONEncoder.text(of: value, escapesSlashes: true)) ?? ""
  }
}

/// No command is one: what awaits something would take the runtime of Swift's concurrency.
public protocol AsyncParsableCommand: ParsableCommand {}
