// Stands for ArgumentParser's file of this name in the builds of the Makefile (scripts/prepare-parser): all that it takes
// Foundation for, without Foundation. Sources/PlainText comes beside it.

extension Error {
  func describe() -> String { String(describing: self) }
}

enum JSONEncoder {
  static func encode<T: Encodable>(_ value: T) -> String {
    (try? PlainJSONEncoder.text(of: value, escapesSlashes: true)) ?? ""
  }
}
