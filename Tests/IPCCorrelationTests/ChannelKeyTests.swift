import Testing

@testable import IPCCorrelation

@Suite("A channel's key")
struct ChannelKeyTests {
  /// Colliding hashes make every look-up a walk: 160,000 short-lived sockets lost 300,000 records so.
  @Test func `tells sockets at one address apart by its hash`() {
    let hashes = Set(
      (0..<1000).map { ChannelKey(address: 0xffff_8880_0123_4000, identity: 80_000 + $0).hashValue })
    #expect(hashes.count == 1000)
  }
}
