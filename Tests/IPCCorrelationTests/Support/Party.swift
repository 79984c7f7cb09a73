import IPCModel

/// A thread of the scene. Those whose names begin with A write, those with B read.
struct Party: Hashable, Sendable {
  var name: String
  var pid: UInt32
  var tid: UInt32
  /// What its process is called, if otherwise.
  var process: String?
  /// Which process image it is of.
  var image: UInt64 = 0
  /// Whether it belongs to the traced command's tree.
  var isInScope = false

  static let ann = Party(name: "ann", pid: 100, tid: 101)
  static let amy = Party(name: "amy", pid: 200, tid: 200)
  static let abe = Party(name: "abe", pid: 300, tid: 300)
  static let bob = Party(name: "bob", pid: 500, tid: 501)
  static let bea = Party(name: "bea", pid: 600, tid: 600)

  /// How events name it.
  var endpoint: Endpoint {
    var end = Endpoint(
      pid: Int32(bitPattern: pid), tid: Int32(bitPattern: tid), comm: Comm(process ?? name),
      thread: Comm(name))
    end.image = image
    return end
  }

  /// As the holder of a descriptor: threads are not told apart there.
  var holder: Endpoint {
    Endpoint(pid: Int32(bitPattern: pid), tid: Int32(bitPattern: pid), comm: Comm(process ?? name))
  }

  /// The same thread under another name.
  func renamed(_ name: String) -> Party {
    var other = self
    other.name = name
    return other
  }

  /// The same thread in another process image.
  func running(_ image: UInt64) -> Party {
    var other = self
    other.image = image
    return other
  }

  /// The same thread as a part of the traced command's tree.
  var inScope: Party {
    var other = self
    other.isInScope = true
    return other
  }
}
