import IPCModel

@testable import IPCCorrelation

/// What a read has really delivered: every byte in its order, and who wrote it.
struct ReadTruth {
  let reader: Party
  let bytes: [(byte: UInt8, writer: Party)]

  /// What is wrong with what was told of the read, in the order in which it was told; nil if nothing is.
  ///
  /// - Parameter isWhole: Whether all contents must be there; if not, those of an event may end early.
  func fault(in told: [Told], isWhole: Bool = true) -> String? {
    if told.contains(where: { $0.event.destination != reader.endpoint }) { return "another reader" }
    if told.reduce(0, { $0 + Int($1.event.count) }) != bytes.count { return "another number of bytes" }
    for (event, next) in zip(told, told.dropFirst()) where event.event.source == next.event.source {
      return "a run in two parts"
    }
    var position = 0
    for event in told {
      let part = bytes[position..<(position + Int(event.event.count))]
      position = part.endIndex
      // Whoever wrote them: the contents in their order are what was read.
      if let fault = fault(inContentOf: event, part, isWhole: isWhole) { return fault }
      if let fault = fault(inSourceOf: event, part) { return fault }
    }
    return isSourceCertain(told) ? sumFault(in: told) : nil
  }

  private func fault(
    inContentOf told: Told, _ part: ArraySlice<(byte: UInt8, writer: Party)>, isWhole: Bool
  ) -> String? {
    guard let content = told.content else { return isWhole ? "no bytes" : nil }
    if isWhole, content.count != part.count { return "a wrong length" }
    return part.map(\.byte).starts(with: content) ? nil : "other bytes"
  }

  private func fault(inSourceOf told: Told, _ part: ArraySlice<(byte: UInt8, writer: Party)>) -> String? {
    let traits = told.event.traits
    guard told.isSourceCertain, !traits.contains(.inferredOrder) else { return nil }
    let isRight = part.allSatisfy { byte in
      let real = byte.writer.endpoint
      return traits.contains(.inferredSourceThread)
        ? real.pid == told.event.source.pid : real == told.event.source
    }
    return isRight ? nil : "another writer"
  }

  private func isSourceCertain(_ told: [Told]) -> Bool {
    told.allSatisfy { $0.isSourceCertain && !$0.event.traits.contains(.inferredSourceThread) }
  }

  /// If only the order is in doubt, how much is of whom must be right.
  private func sumFault(in told: [Told]) -> String? {
    var sums: [Endpoint: Int] = [:]
    for event in told { sums[event.event.source, default: 0] += Int(event.event.count) }
    for byte in bytes { sums[byte.writer.endpoint, default: 0] -= 1 }
    return sums.values.allSatisfy { $0 == 0 } ? nil : "another share of a writer"
  }
}

extension Told {
  /// Whether the process that wrote was observed.
  var isSourceCertain: Bool { event.source.isKnown && !event.traits.contains(.inferredSource) }

  /// Whether nothing of who wrote the bytes was inferred.
  var isExact: Bool {
    isSourceCertain && event.traits.isDisjoint(with: [.inferredSourceThread, .inferredOrder])
  }
}
