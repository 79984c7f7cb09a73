import ByteOutput

/// What `body` appends to an empty buffer.
func written(_ body: (inout OutputBuffer) -> Void) -> String {
  var output = OutputBuffer(capacity: 1)
  body(&output)
  return output.withBytes { String(validating: $0, as: UTF8.self) } ?? "invalid UTF-8 in the output"
}
