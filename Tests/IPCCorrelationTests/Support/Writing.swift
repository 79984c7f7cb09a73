/// A write that goes on.
struct Writing {
  let party: Party
  let bytes: [UInt8]
  let pipe: TracedPipe
  let isPacket: Bool
}
