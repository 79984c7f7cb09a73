/// Why nothing can be written.
struct DescriptionError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
