/// A write that goes on.
struct Writing {
  let party: Party
  let bytes: [UInt8]
  let pipe: TracedPipe
  let isPacket: Bool
  /// Whether no buffer of the writer holds the bytes.
  var isSpliced = false
  /// Whether the bytes can be had though: they lay in the pipe when the call ended.
  var isKept = true
}
